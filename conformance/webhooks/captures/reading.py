"""The choice of the format of a capture, by its content."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from conformance.errors import UsageError
from conformance.webhooks.captures import har, ngrok, records, webhook_site
from conformance.webhooks.captures.fields import CaptureError
from conformance.webhooks.delivery import Delivery

_HINT = (
    'Give one delivery a line, {"headers": {…}, "body": "…", "arrived_at": 1700000000}, a HAR file, or an export of '
    "webhook.site, ngrok or Svix Play"
)
_LISTS = ("data", "requests", "items", "deliveries")
"""The members under which exports hold the list of their requests."""
_RECORDS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Delivery]], ...] = (
    (ngrok.is_ngrok, ngrok.read_record),
    (webhook_site.is_webhook_site, webhook_site.read_record),
    (webhook_site.is_svix_play, webhook_site.read_svix_play),
    (records.is_own_record, records.read_record),
)


def read_capture(path: Path) -> tuple[Delivery, ...]:
    """Return the deliveries of a capture, in its order.

    Raises UsageError, with file and line or entry, if it cannot be read, or if a delivery has no body.
    """
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return tuple(_read_lines(content, path))
    if har.is_har(document):
        return tuple(_read_all(har.list_entries(document), har.read_entry, path))
    return tuple(_read_all(_list_records(document), _read_record, path))


def _list_records(document: Any) -> list[Any]:
    """Return the records of a document: an array, an export that holds one, or a single record."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and "headers" not in document and "request" not in document:
        for name in _LISTS:
            if isinstance(document.get(name), list):
                return list(document[name])
    return [document]


def _read_record(record: Any) -> Delivery:
    """Return the delivery of a record by the first format that knows it; raises CaptureError."""
    for is_known, read in _RECORDS:
        if is_known(record):
            return read(record)
    raise CaptureError("it has no headers")


def _read_all(entries: list[Any], read: Callable[[Any], Delivery], path: Path) -> Iterator[Delivery]:
    for number, entry in enumerate(entries, 1):
        yield _read_one(entry, read, f"{path}, entry {number}")


def _read_lines(content: bytes, path: Path) -> Iterator[Delivery]:
    """Yield the deliveries of NDJSON."""
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield _read_one(line, lambda text: _read_record(msgspec.json.decode(text)), f"{path}, line {number}")


def _read_one(entry: Any, read: Callable[[Any], Delivery], place: str) -> Delivery:
    """Return the delivery of an entry; raises UsageError with its place."""
    try:
        return read(entry)
    except (CaptureError, msgspec.DecodeError, UnicodeError) as error:
        raise UsageError(f"{place} is not a delivery: {error}", hint=_HINT) from error
