"""`evconform doctor`: configuration, credentials, scopes and reachability, with at most three requests."""

from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import Config, Description

if TYPE_CHECKING:
    from conformance.execution.doctor import Diagnosis


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(doctor)


def doctor(
    target: Annotated[str, typer.Option(help="Configured target, kind of target, or URL.")] = "builtin",
    config: Config = None,
    description: Description = None,
) -> None:
    """Check the configuration and the target; say how to fix each problem.

    Exit codes: 0 ready, 2 there is a problem.
    """
    from rich.text import Text

    from conformance.cli.terminal import Terminal
    from conformance.execution.doctor import diagnose

    console = Terminal()
    findings: list[Diagnosis] = []
    for finding in diagnose(target, config, description):
        findings.append(finding)
        mark, style = ("✓", "green") if finding.is_good else ("✗", "bold red")
        console.print(Text.assemble((f"{mark} ", style), finding.message), soft_wrap=True)
        if finding.hint:
            console.print(Text(f"  {finding.hint}", "dim"), soft_wrap=True)
    raise typer.Exit(0 if all(finding.is_good for finding in findings) else 2)
