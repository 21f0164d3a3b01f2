"""What is drawn from a description, made once and kept on disk, as it depends on that, a seed and our code alone."""

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

T = TypeVar("T")

_KEEP = 8  # descriptions


def default_dir() -> Path:
    """Where what was made is kept for this user."""
    return user_cache_path("evconform", appauthor=False) / "cases"


def kept(
    description: Description, name: str, kind: type[T], make: Callable[[], T], *, directory: Path | None = None
) -> T:
    """What `make` makes, from disk where it was made before under that name, in `directory` or the user's cache.

    `kind` is its type, as msgspec reads it back. What is spoilt on disk is made anew; a folder that cannot be written
    is no fault.
    """
    code = hashlib.sha256(_code() + description.digest.encode()).hexdigest()[:24]
    path = (directory or default_dir()) / code / hashlib.sha256(name.encode()).hexdigest()[:24]
    try:
        data = path.read_bytes()
        if hashlib.sha256(data[32:]).digest() == data[:32]:
            return msgspec.msgpack.decode(data[32:], type=kind)
    except (OSError, msgspec.MsgspecError):
        pass
    found = make()
    _store(path, msgspec.msgpack.encode(found))
    return found


@cache
def _code() -> bytes:
    """The digest of what makes cases: a change of it must never meet an old result."""
    digest = hashlib.sha256(version("schemathesis").encode() + version("hypothesis").encode())
    folders = (Path(__file__).parent, Path(str(adapters.__file__)).parent)
    for path in chain.from_iterable(sorted(each.glob("*.py")) for each in folders):
        digest.update(path.read_bytes())
    return digest.digest()


def _store(path: Path, body: bytes) -> None:
    """Keep it, all or nothing."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(body).digest() + body)
        part.replace(path)
        _prune(path.parent.parent)


def _prune(directory: Path) -> None:
    """Drop all but the descriptions used last."""
    folders = sorted(directory.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for folder in folders[_KEEP:]:
        for each in folder.iterdir():
            each.unlink(missing_ok=True)
        folder.rmdir()
