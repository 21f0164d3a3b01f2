"""Options that several commands share. The module imports little, for every command's help loads it."""

from pathlib import Path
from typing import Annotated

import typer

Description = Annotated[
    Path | None, typer.Option("--description", help="OpenAPI description (default: the bundled description).")
]
OwnOverlays = Annotated[
    list[Path] | None,
    typer.Option("--overlay", help="OpenAPI overlay of your own to apply to the description; repeatable."),
]
NoOverlay = Annotated[bool, typer.Option("--no-overlay", help="Do not apply the bundled overlays.")]
Config = Annotated[Path | None, typer.Option(help="Configuration file (default: evconform.toml).")]
ReportDir = Annotated[
    Path | None, typer.Option(help="Directory for the run log and the reports (default: evconform-out/<run id>).")
]
Formats = Annotated[
    list[str] | None, typer.Option("--format", help="Report format in addition to html, json and junit; repeatable.")
]
Waivers = Annotated[Path | None, typer.Option(help="File of known violations, each with owner and expiry date.")]
Since = Annotated[
    list[Path] | None,
    typer.Option(
        help="Earlier run to compare with; repeatable, oldest first: all are in the trend, the last in detail."
    ),
]
History = Annotated[
    Path | None,
    typer.Option(help="File that keeps the counts of each run, for a trend in the report; created if it is missing."),
]
SignKey = Annotated[Path | None, typer.Option("--sign", help="Private key (PEM) to sign a certificate with.")]
ValidDays = Annotated[int, typer.Option(min=1, max=730, help="Days for which the certificate is valid, from the run.")]
Attempts = Annotated[
    Path | None, typer.Option(help="Folder of the chains of attempts (default: beside the report directory).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
