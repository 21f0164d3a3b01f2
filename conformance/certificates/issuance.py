"""From a finished run log to a signed certificate: the last part of every command that certifies."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from conformance.certificates import attempts
from conformance.certificates.attempts import AttemptChain
from conformance.certificates.envelope import read_claims, seal_payload
from conformance.certificates.files import digest_file, read_file, replace_file
from conformance.certificates.gate import list_obstacles
from conformance.certificates.keys import Signer
from conformance.certificates.statement import (
    PAYLOAD_TYPE,
    Certificate,
    build_certificate,
    decode_statement,
    encode_statement,
)
from conformance.certify.api_clients.recorded_traces import find_contradictions
from conformance.errors import CertificateError, UsageError
from conformance.model import Certification
from reports import Summary, read_events
from reports.summary import CertificateState, PastAttempt

CERTIFICATE_FILE = "certificate.json"
VALIDITY_DAYS = 365


class RecordedAttempt(msgspec.Struct, frozen=True):
    """A run log and its place in the chain of attempts; `obstacles` prevent a certificate of it."""

    log: Path
    log_sha256: str
    chain: AttemptChain
    obstacles: tuple[str, ...]


def record_attempt(summary: Summary, log: Path, folder: Path | None = None) -> RecordedAttempt:
    """Add a finished certification to the chain of its subject's attempts, once; a run of a selection is not added.

    The chains are in `folder` (default: `attempts` beside the report directory). Raises UsageError for a run that
    certifies no subject, CertificateError if the chain cannot be written.
    """
    certification, digest = _require_certification(summary, log), digest_file(log)
    if certification.selected:
        return _place(
            summary,
            log,
            digest,
            attempts.AttemptChain(attempts.build_chain_path(folder or _default_folder(log), certification)),
        )
    finished_at = summary.finished_at or (summary.started.started_at if summary.started else 0)
    chain = attempts.append_attempt(
        attempts.build_chain_path(folder or _default_folder(log), certification),
        certification,
        at=datetime.fromtimestamp(int(finished_at), UTC),
        verdict=summary.verdict.value,
        log_sha256=digest,
    )
    return _place(summary, log, digest, chain, find_contradictions(read_events([log])))


def find_attempt(summary: Summary, log: Path) -> RecordedAttempt:
    """Return the place of a run log in the chain beside it, without a change; raises as `attempted` does."""
    return _place(
        summary,
        log,
        digest_file(log),
        attempts.read_chain(attempts.build_chain_path(_default_folder(log), _require_certification(summary, log))),
    )


def sign_certificate(
    summary: Summary, attempt: RecordedAttempt, signer: Signer, *, now: datetime, days: int = VALIDITY_DAYS
) -> Certificate | None:
    """Write `certificate.json` beside a run log without obstacles; otherwise return None and write no file.

    `days` is the validity, from the end of the run. Raises UsageError if the certificate would have expired already.
    """
    if attempt.obstacles:
        return None
    new_certificate = build_certificate(summary, attempt.chain, log_sha256=attempt.log_sha256, now=now, days=days)
    if new_certificate.expires <= now:
        hint = "A certificate is valid from the end of the run: certify again"
        raise UsageError(f"the certificate would have expired on {new_certificate.expires:%Y-%m-%d}", hint=hint)
    replace_file(
        attempt.log.parent / CERTIFICATE_FILE,
        seal_payload(encode_statement(new_certificate, attempt.log), PAYLOAD_TYPE, signer),
    )
    return new_certificate


def describe_certification(attempt: RecordedAttempt, *, signed: bool = False) -> CertificateState:
    """Return the state of a certification for reports; `signed` is true if `certificate.json` was written just now.

    A `certificate.json` that is not of this run log is ignored.
    """
    index = attempt.chain.find_index(attempt.log_sha256)
    attempts_so_far = attempt.chain.attempts[: index + 1] if index is not None else attempt.chain.attempts
    without_certificate = CertificateState(
        None if index is None else index + 1,
        tuple(PastAttempt(past.number, past.at.timestamp(), past.version, past.verdict) for past in attempts_so_far),
        attempt.obstacles,
    )
    try:
        payload, key_id = read_claims(read_file(attempt.log.parent / CERTIFICATE_FILE), document="A certificate")
        certificate_claimed = decode_statement(payload)
    except CertificateError:
        return without_certificate
    if certificate_claimed.digests.log != attempt.log_sha256:
        return without_certificate
    issued, expires = certificate_claimed.issued.timestamp(), certificate_claimed.expires.timestamp()
    return msgspec.structs.replace(without_certificate, issued=issued, expires=expires, key_id=key_id, verified=signed)


def _place(
    summary: Summary, log: Path, digest: str, chain: AttemptChain, contradictions: tuple[str, ...] = ()
) -> RecordedAttempt:
    """Return a run log with its chain and obstacles."""
    broken = (f"the chain of attempts is broken: {chain.broken}",) if chain.broken else ()
    return RecordedAttempt(log, digest, chain, (*list_obstacles(summary), *contradictions, *broken))


def _require_certification(summary: Summary, log: Path) -> Certification:
    """Return the certification of a run; raises UsageError if it certifies no subject."""
    if summary.started is None or summary.started.certification is None:
        raise UsageError(f"{log} certifies no subject", hint="Name the report directory of: evconform certify …")
    return summary.started.certification


def _default_folder(log: Path) -> Path:
    """Return the folder `attempts` beside the report directory of a run log."""
    return log.resolve().parent.parent / "attempts"
