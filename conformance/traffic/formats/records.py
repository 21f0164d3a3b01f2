"""Records of one exchange each, a line or a member of an array: our own form, and HAR entries one by one.

Our own form is `{"method": "GET", "url": "https://…", "status": 200, "request_headers": {…}, "response_headers": {…},
"response_body": "…", "started_at": 1700000000.5, "elapsed_ms": 12}`; the same members may stand in `request` and
`response` objects. A body that is not text stands in base64 in `response_body_base64`.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.traffic.entry import TrafficEntry, UnreadableEntryError
from conformance.traffic.formats import har
from conformance.traffic.formats.fields import (
    has_stated_length,
    read_body,
    read_duration,
    read_headers,
    read_status,
    read_time,
)

EXAMPLE = '{"method": "GET", "url": "https://…", "status": 200, "response_headers": {…}, "response_body": "…"}'
_TIMES = ("started_at", "startedDateTime", "time", "timestamp", "ts", "date")


def is_record(record: Any) -> bool:
    """Return whether an object is an exchange in one of the forms that are known here."""
    if not isinstance(record, Mapping):
        return False
    request = record.get("request")
    return "url" in record or (isinstance(request, Mapping) and "url" in request)


def read_record(record: Any) -> TrafficEntry:
    """Return the request and response of an object; raises UnreadableEntryError."""
    if har.is_entry(record):
        return har.read_entry(record)
    if not is_record(record):
        raise UnreadableEntryError("it is not an exchange: it has no url")
    request, response = _get_message(record, "request"), _get_message(record, "response")
    url = request.get("url")
    if not isinstance(url, str):
        raise UnreadableEntryError("its url is not a text")
    moment = next((record[name] for name in _TIMES if record.get(name)), None)
    body, has_body = _read_part_body(response)
    method = str(request.get("method") or "GET").upper()
    status = read_status(response.get("status", response.get("status_code")))
    return TrafficEntry(
        method,
        url,
        read_headers(request.get("headers")),
        _read_part_body(request)[0],
        status,
        read_headers(response.get("headers")),
        body,
        read_time(moment),
        read_duration(record.get("elapsed_ms")),
        has_body=has_body or method == "HEAD" or status in {0, 204, 304},
    )


def _get_message(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the request or the response of a record: a member of that name, or the members with that prefix."""
    part = record.get(name)
    if isinstance(part, Mapping):
        return part
    prefix = f"{name}_"
    flat = {key.removeprefix(prefix): value for key, value in record.items() if key.startswith(prefix)}
    own = ("method", "url") if name == "request" else ("status", "status_code")
    return flat | {key: record[key] for key in own if key in record}


def _read_part_body(part: Mapping[str, Any]) -> tuple[bytes, bool]:
    """Return the body of a request or response, and whether the record holds it."""
    if isinstance(part.get("body_base64"), str):
        return read_body(part["body_base64"], "base64"), True
    body = part.get("body", part.get("content"))
    if isinstance(body, Mapping | list):  # some loggers parse the JSON of a body
        return msgspec.json.encode(body), True
    return read_body(body, part.get("encoding")), bool(body) or not has_stated_length(part.get("headers"))
