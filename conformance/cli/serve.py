"""`evconform serve`: the built-in reference server."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(serve)


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same world.")] = 1,
    description: Annotated[Path | None, typer.Option(help="OpenAPI description; the shipped one otherwise.")] = None,
    fault: Annotated[list[str] | None, typer.Option(help="Behave wrongly in this way; repeatable.")] = None,
    rate_limit: Annotated[int, typer.Option(min=1, help="Requests an hour for each application and user.")] = 1000,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Name every seeded fault and exit.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list-faults: as JSON.")] = False,
) -> None:
    """Serve the API on loopback until interrupted; prints `ready http://127.0.0.1:PORT/v2` when it answers."""
    from conformance.mock_server.assembly import Settings
    from conformance.mock_server.serving import serve as serve_until_ended

    if list_faults:
        _list(as_json)
        return
    serve_until_ended(Settings(description, seed, tuple(fault or ()), rate_limit), port)


def _list(as_json: bool) -> None:
    import msgspec
    from rich.table import Column, Table

    from conformance.cli.terminal import Terminal
    from conformance.mock_server.faults import listing

    rows = listing()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    names = Column("fault", no_wrap=True, min_width=max(len(row["name"]) for row in rows))  # to be copied whole
    table = Table(names, "what it does", "trips", box=None)
    for row in rows:
        table.add_row(row["name"], row["about"], " ".join(row["requirements"]))
    Terminal().print(table)
