"""Options that several commands share; light, for every command's help is read from here."""

from pathlib import Path
from typing import Annotated

import typer

SignKey = Annotated[Path | None, typer.Option("--sign", help="Private key (PEM) that signs the certificate.")]
ValidDays = Annotated[int, typer.Option(min=1, max=730, help="How long the certificate lasts, from the run on.")]
Waivers = Annotated[Path | None, typer.Option(help="Known violations with owner and expiry.")]
Attempts = Annotated[Path | None, typer.Option(help="Folder of the chains of attempts; beside the report otherwise.")]
Formats = Annotated[list[str] | None, typer.Option("--format", help="Report formats beside the usual three.")]
