"""A cache of derived descriptions, kept between runs.

A file is a line of magic, the SHA-256 of the rest, and one MessagePack array: digest, model, document. A file that is
not exactly that (truncated, changed, of another version) counts as absent.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from platformdirs import user_cache_path

from conformance.description.description import Description
from conformance.model import ResourceModel

_MAGIC = b"evconform description 1\n"
_HEADER_BYTES = len(_MAGIC) + 32
_MAX_ENTRIES = 16


class _Entry(msgspec.Struct, array_like=True):
    digest: str
    model: ResourceModel
    document: msgspec.Raw


def find_default_directory() -> Path:
    """Return the directory in which derived descriptions are kept for this user."""
    return user_cache_path("evconform", appauthor=False) / "descriptions"


def compute_key(parts: Iterable[bytes]) -> str:
    """Return the name of an entry: SHA-256 over every input and over the code that derives the model."""
    digest = hashlib.sha256(_digest_code())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@cache
def _digest_code() -> bytes:
    """Return the digest of the source of this package and of the model: changed code never reads an old entry."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(here.glob("*.py")), *sorted((here.parent / "model").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.digest()


def read_entry(directory: Path, name: str, source: str) -> Description | None:
    """Return the entry of that name, or None if it is absent or damaged."""
    try:
        data = (directory / name).read_bytes()
    except OSError:
        return None
    body = memoryview(data)[_HEADER_BYTES:]
    if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != data[len(_MAGIC) : _HEADER_BYTES]:
        return None
    try:
        entry = msgspec.msgpack.decode(body, type=_Entry)
    except msgspec.DecodeError:
        return None

    def decode() -> dict[str, Any]:
        return msgspec.msgpack.decode(entry.document, type=dict[str, Any])

    return Description(decode, entry.model, entry.digest, source)


def write_entry(directory: Path, name: str, description: Description) -> None:
    """Write a description atomically; a cache that cannot be written is ignored."""
    with contextlib.suppress(OSError, msgspec.EncodeError, OverflowError):
        document = msgspec.Raw(msgspec.msgpack.encode(description.document))
        body = msgspec.msgpack.encode(_Entry(description.digest, description.model, document))
        directory.mkdir(parents=True, exist_ok=True)
        part = directory / f"{name}.{os.getpid()}.part"
        try:
            part.write_bytes(_MAGIC + hashlib.sha256(body).digest() + body)
            part.replace(directory / name)
            _delete_old_entries(directory)
        finally:
            part.unlink(missing_ok=True)


def _delete_old_entries(directory: Path) -> None:
    """Delete all but the `_MAX_ENTRIES` entries written last, so that the cache does not grow with every edit."""
    entries = sorted(directory.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in entries[_MAX_ENTRIES:]:
        path.unlink()
