"""`evconform schema`: the JSON Schemas of the files that evconform reads and writes."""

from typing import Annotated, Literal

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(schema)


def schema(
    name: Annotated[
        Literal["config", "summary", "events"],
        typer.Argument(help="evconform.toml, summary.json, or a line of the run log, events.jsonl."),
    ],
) -> None:
    """Print a JSON Schema, for validation and for completion in editors."""
    import msgspec

    from conformance.reporting.json_schemas import build_schema

    typer.echo(msgspec.json.format(msgspec.json.encode(build_schema(name))).decode())
