"""`evconform faults`: the seeded-fault matrix."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.errors import UsageError
from conformance.model.target import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.proving import Proof


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(faults)


def faults(
    names: Annotated[list[str] | None, typer.Argument(help="Only these faults; all of answers otherwise.")] = None,
    description: Annotated[Path | None, typer.Option(help="OpenAPI description; the shipped one otherwise.")] = None,
    profile: Annotated[Profile, typer.Option(help="How deep.")] = Profile.STANDARD,
    seeds: Annotated[int, typer.Option(min=0, help="Clean servers to look for false alarms on.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Servers tried at once.")] = os.cpu_count() or 1,
    record: Annotated[Path | None, typer.Option(help="Results, a line each; what is there is not done again.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a table in Markdown.")] = False,
    into: Annotated[Path | None, typer.Option(help="Put that table between its markers in this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Try each seeded fault against the suite: killed or survived, requests, false alarms. Exit 1 if any is wrong."""
    import msgspec

    from conformance import __version__
    from conformance.cli import proved
    from conformance.mock_server.faults import catalogue
    from conformance.proving import inapplicable, matrix

    known = catalogue()
    if unknown := sorted(set(names or ()) - set(known)):
        raise UsageError(f"no fault is called {unknown[0]}", hint="`evconform serve --list-faults` names them all.")
    left_out = inapplicable(known, description)
    fits = [name for name in known if name not in left_out]
    wanted, numbers = [name for name in names or known if name not in left_out], range(1, seeds + 1)
    for name in names or known:
        if name in left_out:
            typer.echo(f"{'not tried':<12} {name}: {left_out[name]}", err=as_json or markdown)
    asked = {*(("", seed) for seed in numbers), *((name, 1) for name in wanted)}
    proofs = [proof for proof in _recorded(record) if proof.key in asked]
    done = {proof.key for proof in proofs}
    for proof in matrix(wanted, numbers, description=description, profile=profile, workers=workers, done=done):
        proofs.append(proof)
        typer.echo(proved.line(proof), err=as_json or markdown)
        if record:
            with record.open("ab") as file:
                file.write(msgspec.json.encode(proof) + b"\n")
    families = {name: known[name].family for name in fits}
    table = proved.table(proofs, families, left_out, profile, __version__, datetime.now(UTC).date().isoformat())
    if into:
        proved.put_into(into, table)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(proofs)).decode())
    elif markdown:
        typer.echo(table)
    for text in proved.summary(proofs):
        typer.echo(text, err=True)
    raise typer.Exit(int(proved.wrong(proofs)))


def _recorded(file: Path | None) -> "Iterator[Proof]":
    import msgspec

    from conformance.proving import Proof

    if file and file.exists():
        yield from msgspec.json.Decoder(Proof).decode_lines(file.read_bytes())
