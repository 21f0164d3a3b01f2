"""Fetching a published description: what a project uses is never replaced before its changes were shown."""

from datetime import datetime
from pathlib import Path

import msgspec

from conformance.description.build import build
from conformance.description.description import Description
from conformance.description.drift import Change, drift
from conformance.description.fetch.download import download, shown
from conformance.description.fetch.pin import pin, pinned
from conformance.description.fetch.shelf import Fetched, Shelf, digest
from conformance.description.load import load
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError


class Result(msgspec.Struct, frozen=True):
    """What came of a fetch. `waiting` where the description changed and nobody accepted that yet."""

    fetched: Fetched
    file: Path
    changes: tuple[Change, ...] = ()
    changed: bool = False
    waiting: bool = False


def fetch(url: str, config: Path, *, now: datetime, shelf: Shelf, accept: bool = False) -> Result:
    """Download the description at a URL, if it is not the known one, check it, keep it, and pin it in `config`.

    What the configuration pins, or what was fetched last, is replaced with `accept` only. Raises UsageError,
    TargetError, DescriptionError.
    """
    before = pinned(config)
    entry, data = _obtained(url, now, shelf)
    description = build([Fragment(entry.url, data)], (), entry.url)
    known = shelf.known(entry.url)
    used = before if before is not None and before.exists() else shelf.file(known.sha256) if known else None
    changed = used is not None and _differs(used, entry.sha256)
    changes = _changes(used, description) if changed and used else ()
    file = shelf.file(entry.sha256)
    waiting = changed and not accept
    if not waiting:
        file = shelf.keep(entry, data)
        pin(config, file)
    return Result(entry, file, changes, changed, waiting)


def _obtained(url: str, now: datetime, shelf: Shelf) -> tuple[Fetched, bytes]:
    """The bytes at a URL, from the shelf where the server says that they did not change."""
    known = shelf.known(shown(url))
    found = download(url, etag=known.etag if known else "", last_modified=known.last_modified if known else "")
    kept = shelf.read(known.sha256) if known and found.data is None else None
    if known and kept is not None:
        return known, kept
    data = found.data or b""
    at = now.isoformat(timespec="seconds")
    return Fetched(shown(url), digest(data), at, found.etag, found.last_modified), data


def _differs(used: Path, sha256: str) -> bool:
    """Whether what is used is another file; a folder of fragments always is."""
    return used.is_dir() or digest(used.read_bytes()) != sha256


def _changes(used: Path, description: Description) -> tuple[Change, ...]:
    """What changes for those who use a description; nothing can be told of one that is none any more."""
    try:
        return drift(load(used, overlays=False), description)
    except DescriptionError:
        return ()
