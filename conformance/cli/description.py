"""`evconform description`: what the description is read as."""

from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(help="The OpenAPI description: show it, and what it is read as.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="description")


@group.command("show")
def show(
    file: Annotated[Path | None, typer.Argument(help="YAML, JSON or a folder; the shipped one otherwise.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    overlay: Annotated[bool, typer.Option("--overlay/--no-overlay", help="Sharpen the description first.")] = True,
) -> None:
    """Print operations, resources, links, expansions, filters and paging, as tables or JSON."""
    from rich.console import Console

    from conformance.description import load
    from conformance.description import show as showing

    description = load(file, overlays=overlay)
    if as_json:
        typer.echo(showing.as_json(description).decode())
    else:
        showing.render(description, Console())


@group.callback()
def _group() -> None:
    """Keep `show` a subcommand while it is the only one."""
