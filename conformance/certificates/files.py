"""Keys, certificates and lists on disk."""

import hashlib
from pathlib import Path

from conformance import files
from conformance.errors import CertificateError


def read(path: Path) -> bytes:
    """The content of a file; raises CertificateError."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CertificateError(f"{path} cannot be read: {fault.strerror}") from fault


def sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal; raises CertificateError."""
    return hashlib.sha256(read(path)).hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step, over its predecessor; raises CertificateError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, content)
    except OSError as fault:
        raise CertificateError(f"{path} cannot be written: {fault.strerror}") from fault
