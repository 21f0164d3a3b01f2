"""HAR 1.2 as browsers, proxies and mitmproxy write it: one entry is a request and its response."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from conformance.traffic.entry import TrafficEntry, UnreadableEntryError
from conformance.traffic.formats.fields import (
    has_stated_length,
    read_body,
    read_duration,
    read_headers,
    read_status,
    read_time,
)

_ABSENT_SIZES = (None, 0, -1)


def is_entry(record: Any) -> bool:
    """Return whether an object is a HAR entry: its request has a URL, and it has a list of headers or a HAR time."""
    request = record.get("request") if isinstance(record, Mapping) else None
    if not isinstance(request, Mapping) or "url" not in request:
        return False
    return isinstance(request.get("headers"), list) or "startedDateTime" in record


def read_entry(record: Any) -> TrafficEntry:
    """Return the request and response of an entry; raises UnreadableEntryError."""
    request = record.get("request") if isinstance(record, Mapping) else None
    if not isinstance(request, Mapping) or not isinstance(request.get("url"), str):
        raise UnreadableEntryError("it has no request with a URL")
    response = record.get("response")
    response = response if isinstance(response, Mapping) else {}
    content = response.get("content")
    content = content if isinstance(content, Mapping) else {}
    text = content.get("text")
    status = read_status(response.get("status"))
    method = str(request.get("method") or "GET").upper()
    return TrafficEntry(
        method,
        request["url"],
        read_headers(request.get("headers")),
        _read_posted(request.get("postData")),
        status,
        read_headers(response.get("headers")),
        read_body(text, content.get("encoding")),
        read_time(record.get("startedDateTime")),
        read_duration(record.get("time")),
        has_body=bool(text) or not _is_body_missing(method, status, content, response),
    )


def _is_body_missing(method: str, status: int, content: Mapping[str, Any], response: Mapping[str, Any]) -> bool:
    """Return whether there was a body that the entry does not hold, by the sizes that it states.

    Recorders write an empty text for a body that they did not keep, too.
    """
    if method == "HEAD" or status in {0, 204, 304}:
        return False
    sizes = content.get("size"), response.get("bodySize")
    return any(size not in _ABSENT_SIZES for size in sizes) or has_stated_length(response.get("headers"))


def _read_posted(data: Any) -> bytes:
    """Return the body of a request: a text, or the fields of a form."""
    if not isinstance(data, Mapping):
        return b""
    if isinstance(data.get("text"), str):
        return read_body(data["text"], data.get("encoding"))
    fields = data.get("params")
    if not isinstance(fields, list):
        return b""
    known = (field for field in fields if isinstance(field, Mapping))
    pairs = [(str(field.get("name", "")), str(field.get("value", ""))) for field in known]
    return urlencode(pairs).encode()
