"""`evconform keys`, `evconform certify sign` and `evconform verify`: certificates, from the key to the check."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.certify import group as certify
from conformance.cli.options import Attempts, Formats, ValidDays, Waivers

group = typer.Typer(help="Keys that sign certificates, and what they revoke.", no_args_is_help=True)

_Key = Annotated[Path, typer.Option("--key", help="The issuer's private key (PEM).")]
_File = Annotated[Path, typer.Argument(help="certificate.json")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(group, name="keys")
    certify.command("sign")(sign)
    app.command("verify")(verify)


@group.command("new")
def new(out: Annotated[Path, typer.Option(help="Folder to make them in.")] = Path()) -> None:
    """Make an Ed25519 pair: a private key for its owner alone (mode 0600), the public one to publish."""
    from conformance.certificates.keys import new_keys

    made = new_keys(out)
    typer.echo(f"private  {made.private}  keep it, and keep it secret")
    typer.echo(f"public   {made.public}  give it to everybody who verifies")
    typer.echo(f"key id   {made.id}")


@group.command("revoke")
def revoke(
    certificate: _File,
    key: _Key,
    reason: Annotated[str, typer.Option(help="Why it holds no longer; everybody reads it.")],
    file: Annotated[Path, typer.Option("--list", help="The list to add to, made where there is none.")] = Path(
        "revocations.json"
    ),
) -> None:
    """Add a certificate to the signed list of those that hold no longer; publish the list."""
    from conformance.certificates.keys import private_key
    from conformance.certificates.revocation import revoke as revoke_in

    entry = revoke_in(certificate, file, private_key(key), reason=reason, now=datetime.now(UTC).replace(microsecond=0))
    typer.echo(f"revoked  {entry.subject}, sha256 {entry.certificate_sha256[:16]}…, in {file}")


def sign(
    report_dir: Annotated[Path, typer.Argument(help="Report directory of a finished certification.")],
    key: _Key,
    days: ValidDays = 365,
    waivers: Waivers = None,
    attempts: Attempts = None,
    formats: Formats = None,
) -> None:
    """Sign a certificate of a finished record, where nothing stands against it. Exit code as `run`, 3 if refused."""
    from conformance.cli.certifying import show, wanted

    raise typer.Exit(show(report_dir / "events.jsonl", wanted(formats, waivers, attempts, key, days)))


def verify(
    certificate: _File,
    key: Annotated[Path, typer.Option("--key", help="The issuer's public key (PEM).")],
    log: Annotated[Path | None, typer.Option(help="events.jsonl: is it the record that was certified?")] = None,
    revocations: Annotated[Path | None, typer.Option(help="The issuer's list of revocations.")] = None,
    attempts: Annotated[Path | None, typer.Option(help="Chain of attempts, or the folder of many.")] = None,
    badge: Annotated[Path | None, typer.Option(help="Write a Shields endpoint badge of the result here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Verify a signed certificate, offline.

    Exit code: 0 valid, 2 no certificate or no key, 10 tampered,
    11 wrong key, 12 expired or not yet valid, 13 the log does not match,
    14 revoked, 15 the chain of attempts is broken.
    Of several, in the order 10, 11, 14, 13, 15, 12.
    """
    from conformance.certificates.files import read, replace, sha256
    from conformance.certificates.keys import public_key
    from conformance.certificates.verifying import Beside
    from conformance.certificates.verifying import verify as verified
    from conformance.cli import verification

    beside = Beside(sha256(log) if log else None, revocations, attempts)
    result = verified(read(certificate), public_key(key), datetime.now(UTC), beside)
    typer.echo(verification.as_json(result) if as_json else verification.as_text(result))
    if badge:
        replace(badge, verification.as_badge(result))
    raise typer.Exit(int(result.standing))
