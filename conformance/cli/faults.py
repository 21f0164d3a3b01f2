"""`evconform faults`: the seeded-fault matrix."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.model.target import Profile

if TYPE_CHECKING:
    from conformance.proving import Proof


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(faults)


def faults(
    names: Annotated[list[str] | None, typer.Argument(help="Only these faults; all otherwise.")] = None,
    description: Annotated[Path | None, typer.Option(help="OpenAPI description; the shipped one otherwise.")] = None,
    profile: Annotated[Profile, typer.Option(help="How deep.")] = Profile.STANDARD,
    seeds: Annotated[int, typer.Option(min=0, help="Clean servers to look for false alarms on.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Servers tried at once.")] = os.cpu_count() or 1,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Try each seeded fault against the suite: killed or survived, requests, false alarms. Exit 1 if any is wrong."""
    import msgspec

    from conformance.errors import UsageError
    from conformance.mock_server.faults import catalogue
    from conformance.proving import matrix

    known = catalogue()
    if unknown := sorted(set(names or ()) - set(known)):
        raise UsageError(f"no fault is called {unknown[0]}", hint="`evconform serve --list-faults` names them all.")
    wanted = names or sorted(known)
    proofs: list[Proof] = []
    for proof in matrix(wanted, range(1, seeds + 1), description=description, profile=profile, workers=workers):
        proofs.append(proof)
        typer.echo(_line(proof), err=as_json)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(proofs)).decode())
    raise typer.Exit(_told(proofs))


def _line(proof: "Proof") -> str:
    if not proof.fault:
        return f"{'clean' if not proof.found else 'FALSE ALARM':<12} seed {proof.seed}: {' · '.join(proof.found[:5])}"
    word = "killed" if proof.killed else "SURVIVED"
    stray = f"  beyond it: {' · '.join(proof.stray[:4])}" if proof.stray else ""
    return f"{word:<12} {proof.fault} ({' '.join(proof.expected)}) {proof.requests} requests{stray}"


def _told(proofs: "list[Proof]") -> int:
    """The last lines, and the exit code."""
    planted = [each for each in proofs if each.fault]
    alarms = [each for each in proofs if not each.fault and each.found]
    killed = sum(each.killed for each in planted)
    stray = sum(bool(each.stray) for each in planted)
    typer.echo(
        f"{killed} of {len(planted)} faults killed; {stray} with a MUST violated beyond what they trip", err=True
    )
    typer.echo(f"{len(alarms)} of {len(proofs) - len(planted)} clean servers raised a false alarm", err=True)
    return 0 if killed == len(planted) and not alarms else 1
