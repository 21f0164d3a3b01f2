"""Fetched descriptions in the data directory of the user, by the digest of their bytes."""

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec
from platformdirs import user_data_path

_INDEX = "fetched.json"


class Fetched(msgspec.Struct, frozen=True):
    """A description as it was fetched: when (RFC 3339, UTC), with which validators, and the SHA-256 of its bytes."""

    url: str
    sha256: str
    fetched_at: str
    etag: str = ""
    last_modified: str = ""


class Shelf:
    """A folder of descriptions, and what is known of where they came from."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_data_path("evconform", appauthor=False) / "descriptions"

    def file(self, sha256: str) -> Path:
        """Where a description stands or would stand; files never change, so a pin stays what it was."""
        return self.folder / f"{sha256[:16]}.yaml"

    def known(self, url: str) -> Fetched | None:
        """What was fetched last from a URL, None where that is not here any more as it was."""
        entry = self._entries().get(url)
        return entry if entry and self.read(entry.sha256) is not None else None

    def read(self, sha256: str) -> bytes | None:
        """The bytes of that digest, None where they are not here."""
        try:
            data = self.file(sha256).read_bytes()
        except OSError:
            return None
        return data if digest(data) == sha256 else None

    def keep(self, entry: Fetched, data: bytes) -> Path:
        """Put a description on the shelf and remember where it came from; all or nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.file(entry.sha256), data)
        entries = self._entries() | {entry.url: entry}
        _write(self.folder / _INDEX, msgspec.json.format(msgspec.json.encode(entries)))
        return self.file(entry.sha256)

    def _entries(self) -> dict[str, Fetched]:
        """The index; one that cannot be read is begun anew, for it only saves downloads."""
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return msgspec.json.decode((self.folder / _INDEX).read_bytes(), type=dict[str, Fetched])
        return {}


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
