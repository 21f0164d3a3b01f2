"""`evconform doctor`: configuration, credentials, scopes and reachability, with at most three requests."""

from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import Config, Description

if TYPE_CHECKING:
    from conformance.execution.doctor import Finding


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(doctor)


def doctor(
    target: Annotated[str, typer.Option(help="Configured target, kind of target, or URL.")] = "builtin",
    config: Config = None,
    description: Description = None,
) -> None:
    """Check the set-up, and say how to fix each problem. Exit code 0: ready; 2: there is a problem."""
    from rich.text import Text

    from conformance.cli.terminal import Terminal
    from conformance.execution.doctor import diagnose

    console = Terminal()
    findings: list[Finding] = []
    for finding in diagnose(target, config, description):
        findings.append(finding)
        mark, style = ("✓", "green") if finding.good else ("✗", "bold red")
        console.print(Text.assemble((f"{mark} ", style), finding.text), soft_wrap=True)
        if finding.mend:
            console.print(Text(f"  {finding.mend}", "dim"), soft_wrap=True)
    raise typer.Exit(0 if all(finding.good for finding in findings) else 2)
