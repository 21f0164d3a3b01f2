"""Keys, certificates and revocation lists on disk."""

import hashlib
from pathlib import Path

from conformance.errors import CertificateError
from conformance.tools import files


def read_file(path: Path) -> bytes:
    """Return the content of a file; raises CertificateError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror}") from error


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal; raises CertificateError."""
    return hashlib.sha256(read_file(path)).hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file atomically, replacing an existing one; raises CertificateError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace_file(path, content)
    except OSError as error:
        raise CertificateError(f"{path} cannot be written: {error.strerror}") from error
