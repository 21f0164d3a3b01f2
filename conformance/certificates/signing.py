"""From a finished record to a signed certificate: what every command that certifies does at its end."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from conformance.certificates import attempts
from conformance.certificates.attempts import Chain
from conformance.certificates.envelope import claimed, sealed
from conformance.certificates.files import read, replace, sha256
from conformance.certificates.gate import obstacles
from conformance.certificates.keys import Signer
from conformance.certificates.statement import PAYLOAD_TYPE, Certificate, certificate, decoded, encoded
from conformance.errors import CertificateError, UsageError
from conformance.model import Certification
from reports import Summary
from reports.summary import CertificateState, PastAttempt

FILE = "certificate.json"
DAYS = 365


class Attempted(msgspec.Struct, frozen=True):
    """A record and its place in the chain of attempts; `obstacles` stand against a certificate of it."""

    log: Path
    log_sha256: str
    chain: Chain
    obstacles: tuple[str, ...]


def attempted(summary: Summary, log: Path, folder: Path | None = None) -> Attempted:
    """Put a finished certification into the chain of its subject's attempts, once.

    The chains are in `folder`, else in `attempts` beside the report directory. Raises UsageError for a record that
    certifies nobody, CertificateError where the chain cannot be written.
    """
    named, digest = _named(summary, log), sha256(log)
    ended = summary.finished_at or (summary.started.started_at if summary.started else 0)
    chain = attempts.append(
        attempts.chain_file(folder or _beside(log), named),
        named,
        at=datetime.fromtimestamp(int(ended), UTC),
        verdict=summary.verdict.value,
        log_sha256=digest,
    )
    return _placed(summary, log, digest, chain)


def looked_up(summary: Summary, log: Path) -> Attempted:
    """The place of a record in the chain beside it, which stays as it is; raises as `attempted` does."""
    return _placed(summary, log, sha256(log), attempts.read(attempts.chain_file(_beside(log), _named(summary, log))))


def sign(
    summary: Summary, attempt: Attempted, signer: Signer, *, now: datetime, days: int = DAYS
) -> Certificate | None:
    """Write `certificate.json` beside a record that nothing stands against; None, and no file, otherwise.

    Raises UsageError where it would have expired already.
    """
    if attempt.obstacles:
        return None
    found = certificate(summary, attempt.chain, log_sha256=attempt.log_sha256, now=now, days=days)
    if found.expires <= now:
        hint = "A certificate lasts from the end of the run: run it again."
        raise UsageError(f"the certificate would have expired on {found.expires:%Y-%m-%d}", hint=hint)
    replace(attempt.log.parent / FILE, sealed(encoded(found, attempt.log), PAYLOAD_TYPE, signer))
    return found


def state(attempt: Attempted, *, signed: bool = False) -> CertificateState:
    """What reports say of a certification; `signed` tells that `certificate.json` was written just now.

    A file beside the record that is no certificate of it is passed over.
    """
    index = attempt.chain.of(attempt.log_sha256)
    past = attempt.chain.attempts[: index + 1] if index is not None else attempt.chain.attempts
    found = CertificateState(
        None if index is None else index + 1,
        tuple(PastAttempt(each.number, each.at.timestamp(), each.version, each.verdict) for each in past),
        attempt.obstacles,
    )
    try:
        payload, key_id = claimed(read(attempt.log.parent / FILE), what="A certificate")
        made = decoded(payload)
    except CertificateError:
        return found
    if made.digests.log != attempt.log_sha256:
        return found
    issued, expires = made.issued.timestamp(), made.expires.timestamp()
    return msgspec.structs.replace(found, issued=issued, expires=expires, key_id=key_id, verified=signed)


def _placed(summary: Summary, log: Path, digest: str, chain: Chain) -> Attempted:
    broken = (f"the chain of attempts is broken: {chain.broken}",) if chain.broken else ()
    return Attempted(log, digest, chain, (*obstacles(summary), *broken))


def _named(summary: Summary, log: Path) -> Certification:
    if summary.started is None or summary.started.certification is None:
        raise UsageError(f"{log} certifies nobody", hint="Name the report directory of: evconform certify …")
    return summary.started.certification


def _beside(log: Path) -> Path:
    return log.resolve().parent.parent / "attempts"
