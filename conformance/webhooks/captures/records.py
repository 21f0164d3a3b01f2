"""The project's own format: an object with headers and body for each delivery, one a line or in an array."""

import base64
from typing import Any

import msgspec

from conformance.webhooks.captures.fields import CaptureError, read_body, read_headers, read_time
from conformance.webhooks.delivery import Delivery

NAME = 'records of the form {"headers": {…}, "body": "…"}'


def is_own_record(record: Any) -> bool:
    """Return whether an object is a delivery in this format; any object with headers is."""
    return isinstance(record, dict) and "headers" in record


def read_record(record: dict[str, Any]) -> Delivery:
    """Return the delivery of an object; raises CaptureError."""
    status = record.get("answered", 0)
    if not isinstance(status, int):
        raise CaptureError(f"answered must be a status, got {status!r}")
    return Delivery(
        read_headers(record["headers"]),
        read_body(record.get("body"), record.get("body_base64")),
        read_time(record.get("arrived_at")),
        str(record.get("target", "/")),
        status,
    )


def encode_delivery(delivery: Delivery) -> bytes:
    """Return a delivery as a line of NDJSON, with its line feed."""
    fields = {"arrived_at": delivery.arrived_at, "target": delivery.target, "answered": delivery.response_status}
    try:
        body = {"body": delivery.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(delivery.body).decode()}
    return msgspec.json.encode({**fields, "headers": delivery.headers, **body}) + b"\n"
