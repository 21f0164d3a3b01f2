"""From a finished run log to a signed certificate: the last part of every command that certifies."""

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
    """A run log and its place in the chain of attempts; `obstacles` prevent a certificate of it."""

    log: Path
    log_sha256: str
    chain: Chain
    obstacles: tuple[str, ...]


def attempted(summary: Summary, log: Path, folder: Path | None = None) -> Attempted:
    """Add a finished certification to the chain of its subject's attempts, once.

    The chains are in `folder` (default: `attempts` beside the report directory). Raises UsageError for a run that
    certifies no subject, CertificateError if the chain cannot be written.
    """
    certification, digest = _require_certification(summary, log), sha256(log)
    finished_at = summary.finished_at or (summary.started.started_at if summary.started else 0)
    chain = attempts.append(
        attempts.chain_file(folder or _default_folder(log), certification),
        certification,
        at=datetime.fromtimestamp(int(finished_at), UTC),
        verdict=summary.verdict.value,
        log_sha256=digest,
    )
    return _place(summary, log, digest, chain)


def looked_up(summary: Summary, log: Path) -> Attempted:
    """Return the place of a run log in the chain beside it, without a change; raises as `attempted` does."""
    return _place(
        summary,
        log,
        sha256(log),
        attempts.read(attempts.chain_file(_default_folder(log), _require_certification(summary, log))),
    )


def sign(
    summary: Summary, attempt: Attempted, signer: Signer, *, now: datetime, days: int = DAYS
) -> Certificate | None:
    """Write `certificate.json` beside a run log without obstacles; otherwise return None and write no file.

    `days` is the validity, from the end of the run. Raises UsageError if the certificate would have expired already.
    """
    if attempt.obstacles:
        return None
    new_certificate = certificate(summary, attempt.chain, log_sha256=attempt.log_sha256, now=now, days=days)
    if new_certificate.expires <= now:
        hint = "A certificate is valid from the end of the run: certify again"
        raise UsageError(f"the certificate would have expired on {new_certificate.expires:%Y-%m-%d}", hint=hint)
    replace(attempt.log.parent / FILE, sealed(encoded(new_certificate, attempt.log), PAYLOAD_TYPE, signer))
    return new_certificate


def state(attempt: Attempted, *, signed: bool = False) -> CertificateState:
    """Return the state of a certification for reports; `signed` tells that `certificate.json` was written just now.

    A `certificate.json` that is not of this run log is ignored.
    """
    index = attempt.chain.of(attempt.log_sha256)
    attempts_so_far = attempt.chain.attempts[: index + 1] if index is not None else attempt.chain.attempts
    without_certificate = CertificateState(
        None if index is None else index + 1,
        tuple(PastAttempt(past.number, past.at.timestamp(), past.version, past.verdict) for past in attempts_so_far),
        attempt.obstacles,
    )
    try:
        payload, key_id = claimed(read(attempt.log.parent / FILE), what="A certificate")
        certificate_claimed = decoded(payload)
    except CertificateError:
        return without_certificate
    if certificate_claimed.digests.log != attempt.log_sha256:
        return without_certificate
    issued, expires = certificate_claimed.issued.timestamp(), certificate_claimed.expires.timestamp()
    return msgspec.structs.replace(without_certificate, issued=issued, expires=expires, key_id=key_id, verified=signed)


def _place(summary: Summary, log: Path, digest: str, chain: Chain) -> Attempted:
    """Return a run log with its chain and obstacles."""
    broken = (f"the chain of attempts is broken: {chain.broken}",) if chain.broken else ()
    return Attempted(log, digest, chain, (*obstacles(summary), *broken))


def _require_certification(summary: Summary, log: Path) -> Certification:
    """Return the certification of a run; raises UsageError if it certifies no subject."""
    if summary.started is None or summary.started.certification is None:
        raise UsageError(f"{log} certifies no subject", hint="Name the report directory of: evconform certify …")
    return summary.started.certification


def _default_folder(log: Path) -> Path:
    """Return the folder `attempts` beside the report directory of a run log."""
    return log.resolve().parent.parent / "attempts"
