"""Saved deliveries: NDJSON, one a line, or a HAR file of a proxy or browser."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from conformance.errors import UsageError
from conformance.webhooks.delivery import Delivery

_HINT = 'Give one delivery a line, {"headers": {…}, "body": "…", "arrived_at": 1700000000}, or a HAR file'


class _Line(msgspec.Struct):
    """A delivery in NDJSON: the raw body as text, or as base64 if it is not text."""

    headers: dict[str, str] | list[tuple[str, str]]
    body: str = ""
    body_base64: str = ""
    arrived_at: float | str = 0.0
    target: str = "/"
    answered: int = 0


def read_capture(path: Path) -> tuple[Delivery, ...]:
    """Return the deliveries of a capture, in its order.

    Raises UsageError, with file and line, if it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error
    entries = _parse_har(content)
    return tuple(_read_har(entries, path) if entries is not None else _read_lines(content, path))


def encode_delivery(delivery: Delivery) -> bytes:
    """Return a delivery as a line of NDJSON, with its line feed."""
    fields = {"arrived_at": delivery.arrived_at, "target": delivery.target, "answered": delivery.response_status}
    try:
        body = {"body": delivery.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(delivery.body).decode()}
    return msgspec.json.encode({**fields, "headers": delivery.headers, **body}) + b"\n"


def _parse_har(content: bytes) -> list[Any] | None:
    """Return the entries of a HAR file, None for any other content."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    log = document.get("log") if isinstance(document, dict) else None
    return log["entries"] if isinstance(log, dict) and isinstance(log.get("entries"), list) else None


def _read_lines(content: bytes, path: Path) -> Iterator[Delivery]:
    """Yield the deliveries of NDJSON."""
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = msgspec.json.decode(line, type=_Line)
            body = base64.b64decode(record.body_base64, validate=True) if record.body_base64 else record.body.encode()
            arrived_at = (
                record.arrived_at if isinstance(record.arrived_at, int | float) else _parse_time(record.arrived_at)
            )
        except (msgspec.DecodeError, UnicodeError, binascii.Error, ValueError) as error:
            raise UsageError(f"{path}, line {number} is not a delivery: {error}", hint=_HINT) from error
        pairs = record.headers.items() if isinstance(record.headers, dict) else record.headers
        yield Delivery(tuple((name, value) for name, value in pairs), body, arrived_at, record.target, record.answered)


def _read_har(entries: list[Any], path: Path) -> Iterator[Delivery]:
    """Yield the POST requests of HAR entries as deliveries."""
    for number, entry in enumerate(entries, 1):
        try:
            request = entry["request"]
            if request["method"] != "POST":
                continue
            data = request.get("postData") or {}
            text = data.get("text", "")
            body = base64.b64decode(text) if data.get("encoding") == "base64" else text.encode()
            headers = tuple((field["name"], field["value"]) for field in request["headers"])
            at, status = _parse_time(entry["startedDateTime"]), int(entry.get("response", {}).get("status", 0))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise UsageError(f"{path}, entry {number} is not a HAR entry: {error!r}", hint=_HINT) from error
        yield Delivery(headers, body, at, request.get("url", "/"), status)


def _parse_time(text: str) -> float:
    """Return an ISO 8601 time in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()
