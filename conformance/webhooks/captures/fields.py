"""Fields that the formats of captures share: headers, bodies and times, in any spelling."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conformance.model import Headers

_FIRST_S, _END_S = 1_000_000_000, 100_000_000_000
"""Seconds since 1970 that may be the arrival of a delivery: from 2001; a larger number counts something smaller."""


class CaptureError(ValueError):
    """A part of a capture is not what its format says."""


def read_headers(value: Any) -> Headers:
    """Return headers from an object of texts or lists, from pairs, or from objects with name and value.

    Raises CaptureError for anything else.
    """
    if isinstance(value, Mapping):
        return tuple((str(name), text) for name, one in value.items() for text in _list_texts(name, one))
    if not isinstance(value, list):
        raise CaptureError(f"headers must be an object or a list, got {type(value).__name__}")
    pairs: list[tuple[str, str]] = []
    for entry in value:
        pair = (entry["name"], entry.get("value")) if isinstance(entry, Mapping) and "name" in entry else entry
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise CaptureError("a header must be a pair of name and value")
        pairs += [(str(pair[0]), text) for text in _list_texts(str(pair[0]), pair[1])]
    return tuple(pairs)


def _list_texts(name: str, value: Any) -> tuple[str, ...]:
    """Return the texts of a header, which may come as a list."""
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int) for one in values):
        raise CaptureError(f"the header {name} must be a text or a list of texts")
    return tuple(str(one) for one in values)


def read_body(text: Any, encoded: Any = None) -> bytes:
    """Return a body from a text, or from base64; raises CaptureError if there is none."""
    if isinstance(encoded, str) and encoded:
        return decode_base64(encoded)
    if not isinstance(text, str):
        raise CaptureError("it has no body: a delivery always has one")
    return text.encode()


def decode_base64(text: str) -> bytes:
    """Return the bytes of base64; raises CaptureError."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CaptureError(f"the body is not base64: {error}") from error


def read_time(value: Any) -> float:
    """Return a time in seconds since 1970 from a number or from ISO 8601; 0 if there is none.

    Raises CaptureError for anything else, also for a number of milliseconds.
    """
    if value in (None, "", 0):
        return 0.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not _FIRST_S <= value < _END_S:
            raise CaptureError(f"the time must be in seconds since 1970, got {value:g}; are these milliseconds?")
        return float(value)
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise CaptureError(f"the time is not ISO 8601: {error}") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
