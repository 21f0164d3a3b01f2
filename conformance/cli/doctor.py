"""`evconform doctor`: configuration, credentials, scopes and reachability, with at most three requests."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from conformance.diagnosis import Finding


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(doctor)


def doctor(
    target: Annotated[str, typer.Option(help="A name of the configuration, a kind, or a URL.")] = "builtin",
    config: Annotated[Path | None, typer.Option(help="Configuration; evconform.toml here otherwise.")] = None,
    description: Annotated[Path | None, typer.Option(help="OpenAPI description; the shipped one otherwise.")] = None,
) -> None:
    """Check the set-up and say how to mend each fault. Exit code 0: ready; 2: something to mend."""
    from rich.text import Text

    from conformance.cli.terminal import Terminal
    from conformance.diagnosis import diagnose

    console = Terminal()
    findings: list[Finding] = []
    for finding in diagnose(target, config, description):
        findings.append(finding)
        mark, style = ("✓", "green") if finding.good else ("✗", "bold red")
        console.print(Text.assemble((f"{mark} ", style), finding.text), soft_wrap=True)
        if finding.mend:
            console.print(Text(f"  {finding.mend}", "dim"), soft_wrap=True)
    raise typer.Exit(0 if all(finding.good for finding in findings) else 2)
