"""ngrok's request inspector (`GET /api/requests/http`): the raw bytes of each request in base64."""

from typing import Any

from conformance.webhooks.captures.fields import CaptureError, decode_base64, read_headers, read_time
from conformance.webhooks.delivery import Delivery


def is_ngrok(record: Any) -> bool:
    """Return whether an object is a request of the inspector (ngrok agent API, "Captured request")."""
    request = record.get("request") if isinstance(record, dict) else None
    return isinstance(request, dict) and "raw" in request


def read_record(record: dict[str, Any]) -> Delivery:
    """Return the delivery of a captured request; raises CaptureError."""
    request = record["request"]
    head, separator, body = decode_base64(str(request["raw"])).partition(b"\r\n\r\n")
    if not separator:
        raise CaptureError("its raw request has no end of the headers")
    headers = read_headers(request["headers"]) if request.get("headers") else _parse_headers(head)
    response = record.get("response") or {}
    status = response.get("status_code", 0)
    target = str(request.get("uri") or "/")
    if not body:
        raise CaptureError("it has no body: a delivery always has one")
    return Delivery(headers, body, read_time(record.get("start")), target, status)


def _parse_headers(head: bytes) -> tuple[tuple[str, str], ...]:
    """Return the headers of the raw request."""
    fields = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
    return tuple((name.strip(), value.strip()) for name, _, value in fields)
