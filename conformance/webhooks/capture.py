"""Saved deliveries: NDJSON, one a line, or a HAR file as proxies and browsers save it."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from conformance.errors import UsageError
from conformance.webhooks.delivery import Delivery

_HINT = 'One delivery a line: {"headers": {…}, "body": "…", "arrived_at": 1700000000}, or a HAR file.'


class _Line(msgspec.Struct):
    """A delivery in NDJSON: the raw body as text, or as base64 where it is no text."""

    headers: dict[str, str] | list[tuple[str, str]]
    body: str = ""
    body_base64: str = ""
    arrived_at: float | str = 0.0
    target: str = "/"
    answered: int = 0


def read(path: Path) -> tuple[Delivery, ...]:
    """The deliveries of a capture, in its order. Raises UsageError, with file and line, where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror}", hint=_HINT) from fault
    har = _har(content)
    return tuple(_from_har(har, path) if har is not None else _from_lines(content, path))


def written(delivery: Delivery) -> bytes:
    """A delivery as a line of NDJSON, its line feed included."""
    plain = {"arrived_at": delivery.arrived_at, "target": delivery.target, "answered": delivery.answered}
    try:
        body = {"body": delivery.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(delivery.body).decode()}
    return msgspec.json.encode({**plain, "headers": delivery.headers, **body}) + b"\n"


def _har(content: bytes) -> list[Any] | None:
    try:
        whole = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    log = whole.get("log") if isinstance(whole, dict) else None
    return log["entries"] if isinstance(log, dict) and isinstance(log.get("entries"), list) else None


def _from_lines(content: bytes, path: Path) -> Iterator[Delivery]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = msgspec.json.decode(line, type=_Line)
            body = base64.b64decode(read.body_base64, validate=True) if read.body_base64 else read.body.encode()
            at = read.arrived_at if isinstance(read.arrived_at, int | float) else _seconds(read.arrived_at)
        except (msgspec.DecodeError, UnicodeError, binascii.Error, ValueError) as fault:
            raise UsageError(f"{path}, line {number} is no delivery: {fault}", hint=_HINT) from fault
        pairs = read.headers.items() if isinstance(read.headers, dict) else read.headers
        yield Delivery(tuple((name, value) for name, value in pairs), body, at, read.target, read.answered)


def _from_har(entries: list[Any], path: Path) -> Iterator[Delivery]:
    for number, entry in enumerate(entries, 1):
        try:
            request = entry["request"]
            if request["method"] != "POST":
                continue
            data = request.get("postData") or {}
            text = data.get("text", "")
            body = base64.b64decode(text) if data.get("encoding") == "base64" else text.encode()
            headers = tuple((each["name"], each["value"]) for each in request["headers"])
            at, status = _seconds(entry["startedDateTime"]), int(entry.get("response", {}).get("status", 0))
        except (KeyError, TypeError, AttributeError, ValueError) as fault:
            raise UsageError(f"{path}, entry {number} is no HAR entry: {fault!r}", hint=_HINT) from fault
        yield Delivery(headers, body, at, request.get("url", "/"), status)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
