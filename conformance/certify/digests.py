"""Digests that tell two certifications apart: of the harness, and of what was to be done."""

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

_PACKAGES = ("conformance", "reports", "specs", "strategies")


def suite_sha256() -> str:
    """SHA-256 (hexadecimal) over the path and content of every file of the harness, compiled ones left out."""
    digest = hashlib.sha256()
    for name in _PACKAGES:
        for path, content in _files(files(name), name):
            digest.update(b"%d %s %d " % (len(path), path.encode(), len(content)))
            digest.update(content)
    return digest.hexdigest()


def sha256_of(value: Any) -> str:
    """SHA-256 (hexadecimal) of a value as JSON, object members sorted."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in sorted(folder.iterdir(), key=lambda found: found.name):
        below = f"{path}/{each.name}"
        if each.is_dir():
            if each.name != "__pycache__":
                yield from _files(each, below)
        elif not each.name.endswith(".pyc"):
            yield below, each.read_bytes()
