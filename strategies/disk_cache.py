"""A cache on disk for what is drawn from a description; it depends on description, seed and code only."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec
from platformdirs import user_cache_path

from conformance import adapters
from conformance.description import Description
from conformance.tools.garbage import collect_survivors

T = TypeVar("T")

_KEEP = 8  # descriptions


def find_default_dir() -> Path:
    """Return the cache folder of this user."""
    return user_cache_path("evconform", appauthor=False) / "cases"


def load_or_make(
    description: Description, name: str, kind: type[T], make: Callable[[], T], *, directory: Path | None = None
) -> T:
    """Return the cached result of that name, or call `make` and cache its result.

    The file lies in `directory` (default: the user's cache folder). `kind` is the type of the result, as msgspec reads
    it back. A damaged file is made anew; a folder that cannot be written is ignored.
    """
    code = hashlib.sha256(_digest_code() + description.digest.encode()).hexdigest()[:24]
    path = (directory or find_default_dir()) / code / hashlib.sha256(name.encode()).hexdigest()[:24]
    try:
        data = path.read_bytes()
        if hashlib.sha256(data[32:]).digest() == data[:32]:
            return msgspec.msgpack.decode(data[32:], type=kind)
    except (OSError, msgspec.MsgspecError):
        pass
    result = make()
    collect_survivors()  # those of the generators are a third of a megabyte for each operation
    _store(path, msgspec.msgpack.encode(result))
    return result


@cache
def _digest_code() -> bytes:
    """Return the digest of the code that makes cases, so that changed code never meets an old result."""
    digest = hashlib.sha256(version("schemathesis").encode() + version("hypothesis").encode())
    folders = (Path(__file__).parent, Path(str(adapters.__file__)).parent)
    for path in chain.from_iterable(sorted(folder.glob("*.py")) for folder in folders):
        digest.update(path.read_bytes())
    return digest.digest()


def _store(path: Path, body: bytes) -> None:
    """Write a file with its digest, all or nothing; failures are ignored."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(body).digest() + body)
        part.replace(path)
        _prune(path.parent.parent)


def _prune(directory: Path) -> None:
    """Delete all but the most recently written folders, one folder for each description and code."""
    folders = sorted(directory.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[_KEEP:]:
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        folder.rmdir()
