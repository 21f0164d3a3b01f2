"""Fetched descriptions in the data directory of the user, by the digest of their bytes."""

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec
from platformdirs import user_data_path

_INDEX = "fetched.json"


class FetchedDescription(msgspec.Struct, frozen=True):
    """A fetched description: time (RFC 3339, UTC), validators, and the SHA-256 of its bytes."""

    url: str
    sha256: str
    fetched_at: str
    etag: str = ""
    last_modified: str = ""


class DescriptionStore:
    """A directory of descriptions, and the record of their origin."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_data_path("evconform", appauthor=False) / "descriptions"

    def find_path(self, sha256: str) -> Path:
        """Return the path of a description, whether or not it exists; files never change, so a pin stays valid."""
        return self.folder / f"{sha256[:16]}.yaml"

    def find_latest(self, url: str) -> FetchedDescription | None:
        """Return the description fetched last from a URL; None if its file is missing or changed."""
        entry = self._read_index().get(url)
        return entry if entry and self.read_bytes(entry.sha256) is not None else None

    def read_bytes(self, sha256: str) -> bytes | None:
        """Return the bytes with that digest; None if they are missing."""
        try:
            data = self.find_path(sha256).read_bytes()
        except OSError:
            return None
        return data if compute_digest(data) == sha256 else None

    def store_description(self, entry: FetchedDescription, data: bytes) -> Path:
        """Write a description and its origin, each atomically, and return its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_atomically(self.find_path(entry.sha256), data)
        entries = self._read_index() | {entry.url: entry}
        _write_atomically(self.folder / _INDEX, msgspec.json.format(msgspec.json.encode(entries)))
        return self.find_path(entry.sha256)

    def _read_index(self) -> dict[str, FetchedDescription]:
        """Return the index; an unreadable one counts as empty, since it only saves downloads."""
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return msgspec.json.decode((self.folder / _INDEX).read_bytes(), type=dict[str, FetchedDescription])
        return {}


def compute_digest(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _write_atomically(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
