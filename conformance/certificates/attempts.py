"""Every attempt at a certification, chained by digests: one file of JSON lines for each subject."""

import hashlib
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from conformance.errors import CertificateError
from conformance.model import Certification, Certified

_FIRST = "0" * 64  # the digest that the first attempt names as its predecessor


class Attempt(msgspec.Struct, frozen=True):
    """One line: the number and the subject of an attempt, how it ended, and the SHA-256 of the previous line."""

    number: int
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: Certified
    subject: str
    version: str
    profile: str
    verdict: str
    log_sha256: str
    previous: str


class AttemptChain(msgspec.Struct, frozen=True):
    """The attempts of a subject.

    `digests` has the SHA-256 of each line. `broken` says where the file was changed, and is empty if it was not.
    """

    path: Path
    attempts: tuple[Attempt, ...] = ()
    digests: tuple[str, ...] = ()
    broken: str = ""

    def find_index(self, log_sha256: str) -> int | None:
        """Return the index of the attempt with that run log, or None."""
        return next((index for index, attempt in enumerate(self.attempts) if attempt.log_sha256 == log_sha256), None)


def build_chain_path(directory: Path, certification: Certification) -> Path:
    """Return the file for the attempts of a subject: its name, and a digest that separates similar names."""
    identity = f"{certification.kind}\0{certification.subject}"
    name = re.sub(r"[^a-z0-9]+", "-", certification.subject.lower()).strip("-")[:60]
    return directory / f"{name or 'subject'}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}.jsonl"


def read_chain(path: Path) -> AttemptChain:
    """Return the chain of a file up to the first break; empty if there is no file.

    Raises CertificateError if the file cannot be read.

    Raises CertificateError if the file cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}") from error
    incomplete = lines.pop()
    attempts: list[Attempt] = []
    digests: list[str] = []
    for number, line in enumerate(lines, 1):
        attempt = _decode(line)
        problem = _find_break(attempt, number, attempts, digests) if attempt else "this is not an attempt"
        if attempt is None or problem:
            return AttemptChain(path, tuple(attempts), tuple(digests), f"{path.name}, line {number}: {problem}")
        attempts.append(attempt)
        digests.append(_digest(line))
    return AttemptChain(
        path, tuple(attempts), tuple(digests), f"{path.name} ends in the middle of a line" if incomplete else ""
    )


def append_attempt(
    path: Path, certification: Certification, *, at: datetime, verdict: str, log_sha256: str
) -> AttemptChain:
    """Add an attempt unless the chain has one with this run log; return the chain.

    A broken chain is continued and stays broken. Raises CertificateError if the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            _lock(file.fileno())
            if read_chain(path).find_index(log_sha256) is None:
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
                separator = b"" if content.endswith(b"\n") or not content else b"\n"
                file.write(separator + msgspec.json.encode(attempt) + b"\n")
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise CertificateError(
            f"{path} cannot be written: {error.strerror}", hint="Name another folder with --attempts"
        ) from error
    return read_chain(path)


def _decode(line: bytes) -> Attempt | None:
    """Return the attempt of a line, or None."""
    try:
        return msgspec.json.decode(line, type=Attempt)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _find_break(attempt: Attempt, number: int, attempts: list[Attempt], digests: list[str]) -> str:
    """Return why an attempt does not continue the chain, empty if it does."""
    if attempt.previous != (digests[-1] if digests else _FIRST):
        return "the previous line was changed or removed"
    if attempt.number != number:
        return f"expected attempt {number}, got attempt {attempt.number}"
    if attempts and (attempt.kind, attempt.subject) != (attempts[0].kind, attempts[0].subject):
        return f"this is an attempt of {attempt.subject}"
    return ""


def _digest(line: bytes) -> str:
    """Return the SHA-256 of a line, hexadecimal."""
    return hashlib.sha256(line).hexdigest()


def _lock(descriptor: int) -> None:
    """Lock the file until it is closed, so that two certifications append one after the other.

    Without `fcntl` there is no lock; a collision then shows as a broken chain.
    """
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - not on every system

        fcntl.flock(descriptor, fcntl.LOCK_EX)
