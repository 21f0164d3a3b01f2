"""`evconform serve`: the built-in reference server."""

from typing import Annotated, Literal

import typer

from conformance.cli.options import Description, OwnOverlays


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(serve)


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free port.")] = 0,
    host: Annotated[
        str, typer.Option(help="IPv4 address or name to listen on, for example 0.0.0.0 in a container.")
    ] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1,
    description: Description = None,
    overlay: OwnOverlays = None,
    fault: Annotated[list[str] | None, typer.Option(help="Seeded fault; repeatable.")] = None,
    reading: Annotated[list[str] | None, typer.Option(help="Admissible reading; repeatable.")] = None,
    rate_limit: Annotated[int, typer.Option(min=1, help="Requests per hour for each application and user.")] = 1000,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="List the seeded faults and exit.")] = False,
    list_readings: Annotated[bool, typer.Option("--list-readings", help="List the readings and exit.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list-faults or --list-readings: print JSON.")] = False,
) -> None:
    """Serve the API until interrupted, by default on loopback. Prints `ready http://127.0.0.1:PORT/v2` when ready."""
    from conformance.mock_server.assembly import ServerSettings
    from conformance.mock_server.uvicorn_server import serve_until_ended

    if list_faults or list_readings:
        _list_catalogue("readings" if list_readings else "faults", as_json)
        return
    settings = ServerSettings(
        description, seed, tuple(fault or ()), tuple(reading or ()), rate_limit, overlays=tuple(overlay or ())
    )
    serve_until_ended(settings, port, host)


def _list_catalogue(catalogue: Literal["faults", "readings"], as_json: bool) -> None:
    import msgspec
    from rich.table import Column, Table

    from conformance.cli.terminal import Terminal
    from conformance.mock_server.faults import list_fault_rows
    from conformance.mock_server.readings import list_reading_rows

    rows = list_fault_rows() if catalogue == "faults" else list_reading_rows()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    width = max(len(row["name"]) for row in rows)  # so that names can be copied
    first, last = ("fault", "breaks") if catalogue == "faults" else ("reading", "why it is admissible")
    table = Table(Column(first, no_wrap=True, min_width=width), "effect", last, box=None)
    for row in rows:
        table.add_row(
            row["name"], row["about"], " ".join(row["requirements"]) if "requirements" in row else row["basis"]
        )
    Terminal().print(table)
