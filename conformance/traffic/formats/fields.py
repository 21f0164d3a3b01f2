"""Fields that the formats of traffic share: headers, bodies and times, in any spelling."""

import base64
import binascii
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conformance.model import Headers
from conformance.traffic.entry import UnreadableEntryError

_MILLISECONDS_FROM = 100_000_000_000
"""A larger number of a time counts milliseconds: as seconds it lies beyond the year 5000."""


def read_headers(value: Any) -> Headers:
    """Return headers from an object, from pairs, or from objects with `name` (or `key`) and `value`.

    The pseudo-headers of HTTP/2 (`:authority`), which recorders list among the headers, are left out.
    Raises UnreadableEntryError for anything else.
    """
    if value is None:
        return ()
    if isinstance(value, Mapping):
        pairs = [(name, text) for name, texts in value.items() for text in _as_list(texts)]
    elif isinstance(value, list):
        pairs = [_read_pair(entry) for entry in value if not _is_disabled(entry)]
    else:
        raise UnreadableEntryError("its headers are neither an object nor a list")
    return tuple(
        (str(name), "" if text is None else str(text)) for name, text in pairs if not str(name).startswith(":")
    )


def has_stated_length(headers: Any) -> bool:
    """Return whether headers, as a file holds them, state the length of a body."""
    lengths = (value for name, value in read_headers(headers) if name.lower() == "content-length")
    return next(lengths, "0").strip() not in {"", "0"}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_disabled(entry: Any) -> bool:
    return isinstance(entry, dict) and bool(entry.get("disabled"))


def _read_pair(entry: Any) -> tuple[Any, Any]:
    if isinstance(entry, dict):
        name = entry.get("name", entry.get("key"))
        if name is not None:
            return name, entry.get("value")
    elif isinstance(entry, list | tuple) and len(entry) == 2:
        return entry[0], entry[1]
    raise UnreadableEntryError("a header is not a pair of name and value")


def read_body(text: Any, encoding: Any = None) -> bytes:
    """Return a body from a text, or from base64 where `encoding` says so; raises UnreadableEntryError."""
    if text is None:
        return b""
    if not isinstance(text, str):
        raise UnreadableEntryError("a body is not a text")
    if str(encoding or "").lower() != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableEntryError("a body is not the base64 that it should be") from error


def read_time(value: Any) -> float:
    """Return a time in seconds since 1970 from a number of seconds or milliseconds, or from ISO 8601; 0 for none.

    Raises UnreadableEntryError for anything else.
    """
    if value in (None, "", 0) or isinstance(value, bool):
        return 0.0
    if isinstance(value, int | float):
        seconds = value / 1000 if abs(value) > _MILLISECONDS_FROM else float(value)
        return seconds if math.isfinite(seconds) else 0.0
    try:
        moment = datetime.fromisoformat(str(value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise UnreadableEntryError("its time is not ISO 8601") from error


def read_duration(milliseconds: Any) -> float:
    """Return a duration in seconds; 0 for what is no sane number of milliseconds."""
    is_number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    return milliseconds / 1000 if is_number and math.isfinite(milliseconds) and milliseconds > 0 else 0.0


def read_status(value: Any) -> int:
    """Return a status; 0 where there was no response. Raises UnreadableEntryError for what is no number."""
    if value is None or value == "":
        return 0
    try:
        status = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableEntryError("its status is not a number") from error
    return status if 100 <= status <= 999 else 0
