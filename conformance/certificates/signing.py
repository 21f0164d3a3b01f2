"""From a finished record to a signed certificate: what every command that certifies does at its end."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from conformance.certificates import attempts
from conformance.certificates.attempts import Chain
from conformance.certificates.envelope import sealed
from conformance.certificates.files import replace, sha256
from conformance.certificates.gate import obstacles
from conformance.certificates.keys import Signer
from conformance.certificates.statement import PAYLOAD_TYPE, Certificate, certificate, encoded
from conformance.errors import UsageError
from reports import Summary

FILE = "certificate.json"
DAYS = 365


class Attempted(msgspec.Struct, frozen=True):
    """A record and its place in the chain of attempts; `obstacles` stand against a certificate of it."""

    log: Path
    log_sha256: str
    chain: Chain
    obstacles: tuple[str, ...]

    @property
    def number(self) -> int | None:
        """Which attempt it is, from 1; None where the chain is broken before it."""
        index = self.chain.of(self.log_sha256)
        return None if index is None else index + 1


def attempted(summary: Summary, log: Path, folder: Path | None = None) -> Attempted:
    """Put a finished certification into the chain of its subject's attempts, once.

    The chains are in `folder`, else in `attempts` beside the report directory. Raises UsageError for a record that
    certifies nobody, CertificateError where the chain cannot be written.
    """
    header = summary.started
    if header is None or header.certification is None:
        raise UsageError(f"{log} certifies nobody", hint="Name the report directory of: evconform certify …")
    digest = sha256(log)
    file = attempts.chain_file(folder or log.resolve().parent.parent / "attempts", header.certification)
    ended = datetime.fromtimestamp(int(summary.finished_at or header.started_at), UTC)
    chain = attempts.append(file, header.certification, at=ended, verdict=summary.verdict.value, log_sha256=digest)
    broken = (f"the chain of attempts is broken: {chain.broken}",) if chain.broken else ()
    return Attempted(log, digest, chain, (*obstacles(summary), *broken))


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
