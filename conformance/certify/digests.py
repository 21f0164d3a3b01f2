"""Digests that identify a certification: of the harness, and of the planned requests."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

_PACKAGES = ("conformance", "reports", "specs", "strategies")


@cache
def digest_suite() -> str:
    """Return the SHA-256 (hexadecimal) over path and content of every file of the harness, compiled files excluded."""
    return digest_folders({name: files(name) for name in _PACKAGES})


def digest_folders(folders: Mapping[str, Traversable]) -> str:
    """Return the SHA-256 (hexadecimal) over path and content of every file below folders, by the name of each."""
    digest = hashlib.sha256()
    for name, folder in folders.items():
        for path, content in _walk_files(folder, name):
            digest.update(b"%d %s %d " % (len(path), path.encode(), len(content)))
            digest.update(content)
    return digest.hexdigest()


def digest_json(value: Any) -> str:
    """Return the SHA-256 (hexadecimal) of a value as JSON with sorted object members."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def _walk_files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file below a folder, sorted by name."""
    for entry in sorted(folder.iterdir(), key=lambda node: node.name):
        entry_path = f"{path}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk_files(entry, entry_path)
        elif not entry.name.endswith(".pyc"):
            yield entry_path, entry.read_bytes()
