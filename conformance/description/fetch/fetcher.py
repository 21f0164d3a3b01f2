"""The fetching of a published description: the one in use is never replaced before its changes were shown."""

from datetime import datetime
from pathlib import Path

import msgspec

from conformance.description.builder import build
from conformance.description.description import Description
from conformance.description.drift import Change, drift
from conformance.description.fetch.download import download, shown
from conformance.description.fetch.pin import pin, pinned
from conformance.description.fetch.store import Fetched, Shelf, digest
from conformance.description.loader import load
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError


class Result(msgspec.Struct, frozen=True):
    """The result of a fetch. `waiting` is true if the description changed and nobody accepted that yet."""

    fetched: Fetched
    file: Path
    changes: tuple[Change, ...] = ()
    changed: bool = False
    waiting: bool = False


def fetch(url: str, config: Path, *, now: datetime, shelf: Shelf, accept: bool = False) -> Result:
    """Download the description at a URL, if it changed, check it, keep it, and pin it in `config`.

    The pinned description, or the one fetched last, is replaced only with `accept`. Raises UsageError, TargetError,
    DescriptionError.
    """
    before = pinned(config)
    entry, data = _obtain(url, now, shelf)
    description = build([Fragment(entry.url, data)], (), entry.url)
    known = shelf.known(entry.url)
    used = before if before is not None and before.exists() else shelf.file(known.sha256) if known else None
    changed = used is not None and _is_different(used, entry.sha256)
    changes = _find_changes(used, description) if changed and used else ()
    file = shelf.file(entry.sha256)
    waiting = changed and not accept
    if not waiting:
        file = shelf.keep(entry, data)
        pin(config, file)
    return Result(entry, file, changes, changed, waiting)


def _obtain(url: str, now: datetime, shelf: Shelf) -> tuple[Fetched, bytes]:
    """Return the bytes at a URL, from the shelf if the server says that they did not change."""
    known = shelf.known(shown(url))
    response = download(url, etag=known.etag if known else "", last_modified=known.last_modified if known else "")
    kept = shelf.read(known.sha256) if known and response.data is None else None
    if known and kept is not None:
        return known, kept
    data = response.data or b""
    fetched_at = now.isoformat(timespec="seconds")
    return Fetched(shown(url), digest(data), fetched_at, response.etag, response.last_modified), data


def _is_different(used: Path, sha256: str) -> bool:
    """Return whether the description in use is another file; a directory of fragments always is."""
    return used.is_dir() or digest(used.read_bytes()) != sha256


def _find_changes(used: Path, description: Description) -> tuple[Change, ...]:
    """Return the changes from the description in use; none if that one is no longer readable."""
    try:
        return drift(load(used, overlays=False), description)
    except DescriptionError:
        return ()
