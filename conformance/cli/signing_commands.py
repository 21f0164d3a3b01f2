"""`evconform keys`, `evconform certify sign` and `evconform verify`: keys, signing and verification of certificates."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.certify import group as certify
from conformance.cli.options import AsJson, Attempts, Formats, ValidDays, Waivers

if TYPE_CHECKING:
    from conformance.certificates.statement import Certificate

group = typer.Typer(help="Make signing keys, and revoke certificates.", no_args_is_help=True)

_Key = Annotated[Path, typer.Option("--key", help="The issuer's private key (PEM).")]
_File = Annotated[Path, typer.Argument(help="The certificate, usually certificate.json.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(group, name="keys")
    certify.command("sign")(sign)
    app.command("verify")(verify)


@group.command("new")
def new(out: Annotated[Path, typer.Option(help="Folder for the two files.")] = Path()) -> None:
    """Make a pair of Ed25519 keys: a private one (mode 0600), and a public one to publish."""
    from conformance.certificates.keys import create_keys

    keys = create_keys(out)
    typer.echo(f"private  {keys.private}  keep it secret")
    typer.echo(f"public   {keys.public}  publish it")
    typer.echo(f"key id   {keys.id}")


@group.command("revoke")
def revoke(
    certificate: _File,
    key: _Key,
    reason: Annotated[str, typer.Option(help="Reason of the revocation, public.")],
    file: Annotated[
        Path, typer.Option("--list", help="List of revocations to add to; made if it does not exist.")
    ] = Path("revocations.json"),
) -> None:
    """Add a certificate to the signed list of revocations. Publish the list afterwards."""
    from conformance.certificates.keys import load_private_key
    from conformance.certificates.revocation import revoke_certificate as revoke_in

    entry = revoke_in(
        certificate, file, load_private_key(key), reason=reason, now=datetime.now(UTC).replace(microsecond=0)
    )
    typer.echo(f"revoked  {entry.subject}, sha256 {entry.certificate_sha256[:16]}…, in {file}")


def sign(
    report_dir: Annotated[Path, typer.Argument(help="Report directory of a finished certification run.")],
    key: _Key,
    days: ValidDays = 365,
    waivers: Waivers = None,
    attempts: Attempts = None,
    formats: Formats = None,
) -> None:
    """Sign a certificate for a finished run. The exit codes are those of `run`; 3 if there are obstacles."""
    from conformance.cli.certification_output import conclude_certification, read_output_options

    raise typer.Exit(
        conclude_certification(report_dir / "events.jsonl", read_output_options(formats, waivers, attempts, key, days))
    )


def verify(
    certificate: _File,
    key: Annotated[Path, typer.Option("--key", help="The issuer's public key (PEM).")],
    log: Annotated[
        Path | None, typer.Option(help="Run log (events.jsonl) that the certificate should be about.")
    ] = None,
    revocations: Annotated[Path | None, typer.Option(help="The issuer's list of revocations.")] = None,
    attempts: Annotated[Path | None, typer.Option(help="Chain of attempts, or a folder of chains.")] = None,
    rejudge: Annotated[
        bool, typer.Option("--rejudge", help="With --log: also say whether it would be given by the rules of today.")
    ] = False,
    badge: Annotated[Path | None, typer.Option(help="File to write a Shields endpoint badge of the result to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a signed certificate, offline.

    Exit codes: 0 valid, 2 certificate or key unreadable, 10 tampered,
    11 wrong key, 12 expired or not yet valid, 13 the run log does not match,
    14 revoked, 15 the chain of attempts is broken, 16 it would not be given today.
    If several apply, the first of 10, 11, 14, 13, 15, 12, 16.
    """
    from conformance.certificates.files import digest_file, read_file, replace_file
    from conformance.certificates.keys import load_public_key
    from conformance.certificates.verification import VerificationInputs
    from conformance.certificates.verification import verify_certificate as verified
    from conformance.cli import verification
    from conformance.errors import UsageError

    if rejudge and log is None:
        raise UsageError("--rejudge needs --log", hint="Name the events.jsonl that the certificate is about")
    reconsider = partial(_find_todays_obstacles, log) if rejudge and log else None
    beside = VerificationInputs(digest_file(log) if log else None, revocations, attempts, reconsider)
    result = verified(read_file(certificate), load_public_key(key), datetime.now(UTC), beside)
    typer.echo(verification.as_json(result) if as_json else verification.as_text(result))
    if badge:
        replace_file(badge, verification.as_badge(result))
    raise typer.Exit(int(result.standing))


def _find_todays_obstacles(log: Path, certificate: "Certificate") -> tuple[str, ...]:
    """Return why a certificate would not be given today, by its run log."""
    from conformance.certificates.rejudgement import list_new_obstacles
    from reports import read_events
    from specs.catalogue import load_requirements

    return list_new_obstacles(certificate, read_events([log]), load_requirements())
