"""Every attempt at a certification, chained by digests: one file of JSON lines for each subject."""

import hashlib
import os
import re
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from conformance.errors import CertificateError
from conformance.model import Certification, Certified

_FIRST = "0" * 64  # what the first attempt follows


class Attempt(msgspec.Struct, frozen=True):
    """One line: which attempt of whom it is, how it ended, and the SHA-256 of the line before it."""

    number: int
    at: datetime
    kind: Certified
    subject: str
    version: str
    profile: str
    verdict: str
    log_sha256: str
    previous: str


class Chain(msgspec.Struct, frozen=True):
    """The attempts of a subject; `broken` says where the file is no longer what was written, empty where it is.

    `digests` has the SHA-256 of each line.
    """

    path: Path
    attempts: tuple[Attempt, ...] = ()
    digests: tuple[str, ...] = ()
    broken: str = ""

    def of(self, log_sha256: str) -> int | None:
        """The index of the attempt with that log, or None."""
        return next((n for n, each in enumerate(self.attempts) if each.log_sha256 == log_sha256), None)


def chain_file(directory: Path, certification: Certification) -> Path:
    """Where the attempts of a subject are kept: its name, and a digest that keeps like names apart."""
    whole = f"{certification.kind}\0{certification.subject}"
    name = re.sub(r"[^a-z0-9]+", "-", certification.subject.lower()).strip("-")[:60]
    return directory / f"{name or 'subject'}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}.jsonl"


def read(path: Path) -> Chain:
    """The chain in a file, none where there is no file; it is read up to the first break.

    Raises CertificateError where it cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    except OSError as fault:
        raise CertificateError(f"{path} cannot be read: {fault.strerror}") from fault
    rest = lines.pop()
    attempts: list[Attempt] = []
    digests: list[str] = []
    for number, line in enumerate(lines, 1):
        attempt = _decoded(line)
        wrong = _fault(attempt, number, attempts, digests) if attempt else "this is no attempt"
        if attempt is None or wrong:
            return Chain(path, tuple(attempts), tuple(digests), f"{path.name}, line {number}: {wrong}")
        attempts.append(attempt)
        digests.append(_digest(line))
    return Chain(path, tuple(attempts), tuple(digests), f"{path.name} ends in the middle of a line" if rest else "")


def append(path: Path, certification: Certification, *, at: datetime, verdict: str, log_sha256: str) -> Chain:
    """Add an attempt, unless the one with this log is there already, and give the chain.

    A broken chain is continued and stays broken. Raises CertificateError where the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            _lock(file.fileno())
            if read(path).of(log_sha256) is None:
                file.seek(0)
                content = file.read()
                lines = content.splitlines()
                attempt = Attempt(
                    number=len(lines) + 1,
                    at=at,
                    kind=certification.kind,
                    subject=certification.subject,
                    version=certification.version,
                    profile=certification.profile,
                    verdict=verdict,
                    log_sha256=log_sha256,
                    previous=_digest(lines[-1]) if lines else _FIRST,
                )
                parted = b"" if content.endswith(b"\n") or not content else b"\n"
                file.write(parted + msgspec.json.encode(attempt) + b"\n")
                file.flush()
                os.fsync(file.fileno())
    except OSError as fault:
        raise CertificateError(
            f"{path} cannot be written: {fault.strerror}", hint="Name another --attempts."
        ) from fault
    return read(path)


def _decoded(line: bytes) -> Attempt | None:
    try:
        return msgspec.json.decode(line, type=Attempt)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _fault(attempt: Attempt, number: int, attempts: list[Attempt], digests: list[str]) -> str:
    if attempt.previous != (digests[-1] if digests else _FIRST):
        return "the line before it was changed or taken away"
    if attempt.number != number:
        return f"attempt {attempt.number} stands where attempt {number} should"
    if attempts and (attempt.kind, attempt.subject) != (attempts[0].kind, attempts[0].subject):
        return f"this is an attempt of {attempt.subject}"
    return ""


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _lock(descriptor: int) -> None:
    """Let two certifications that end at once write one after the other; where the system cannot, the chain tells."""
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - not on every system

        fcntl.flock(descriptor, fcntl.LOCK_EX)
