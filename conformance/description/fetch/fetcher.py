"""Fetching of the published description; the one in use is never replaced before its changes were shown."""

from datetime import datetime
from pathlib import Path

import msgspec

from conformance.description.builder import build_description
from conformance.description.description import Description
from conformance.description.drift import DescriptionChange, compare_descriptions
from conformance.description.fetch.download import download, redact_url
from conformance.description.fetch.pin import read_pin, write_pin
from conformance.description.fetch.store import DescriptionStore, FetchedDescription, compute_digest
from conformance.description.loader import load_description
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError


class FetchResult(msgspec.Struct, frozen=True):
    """The result of a fetch. `waiting` is true if the description changed and the change was not accepted yet."""

    fetched: FetchedDescription
    file: Path
    changes: tuple[DescriptionChange, ...] = ()
    changed: bool = False
    waiting: bool = False


def fetch_description(
    url: str, config: Path, *, now: datetime, shelf: DescriptionStore, accept: bool = False
) -> FetchResult:
    """Download the description at a URL, if it changed, check it, keep it, and pin it in `config`.

    The pinned description, or the one fetched last, is replaced only with `accept`. Raises UsageError, TargetError,
    DescriptionError.
    """
    before = read_pin(config)
    entry, data = _fetch_document(url, now, shelf)
    description = build_description([Fragment(entry.url, data)], (), entry.url)
    known = shelf.find_latest(entry.url)
    used = before if before is not None and before.exists() else shelf.find_path(known.sha256) if known else None
    changed = used is not None and _is_different(used, entry.sha256)
    changes = _find_changes(used, description) if changed and used else ()
    file = shelf.find_path(entry.sha256)
    waiting = changed and not accept
    if not waiting:
        file = shelf.store_description(entry, data)
        write_pin(config, file)
    return FetchResult(entry, file, changes, changed, waiting)


def _fetch_document(url: str, now: datetime, shelf: DescriptionStore) -> tuple[FetchedDescription, bytes]:
    """Return the bytes at a URL, from the shelf if the server says that they did not change."""
    known = shelf.find_latest(redact_url(url))
    response = download(url, etag=known.etag if known else "", last_modified=known.last_modified if known else "")
    kept = shelf.read_bytes(known.sha256) if known and response.data is None else None
    if known and kept is not None:
        return known, kept
    data = response.data or b""
    fetched_at = now.isoformat(timespec="seconds")
    return FetchedDescription(
        redact_url(url), compute_digest(data), fetched_at, response.etag, response.last_modified
    ), data


def _is_different(used: Path, sha256: str) -> bool:
    """Return whether the description in use is another file; a directory of fragments always is."""
    return used.is_dir() or compute_digest(used.read_bytes()) != sha256


def _find_changes(used: Path, description: Description) -> tuple[DescriptionChange, ...]:
    """Return the changes from the description in use; none if that one is no longer readable."""
    try:
        return compare_descriptions(load_description(used, overlays=False), description)
    except DescriptionError:
        return ()
