"""Exports of webhook.site, and Svix Play, which shows requests in the same way: content, headers, created_at."""

from typing import Any

from conformance.webhooks.captures.fields import CaptureError, decode_base64, read_headers, read_time
from conformance.webhooks.delivery import Delivery


def is_webhook_site(record: Any) -> bool:
    """Return whether an object is a request of webhook.site (API, "Request"): it has an id and its content as text."""
    return isinstance(record, dict) and "content" in record and bool({"uuid", "token_id", "created_at"} & set(record))


def read_record(record: dict[str, Any]) -> Delivery:
    """Return the delivery of a request; raises CaptureError."""
    content = record["content"]
    if not isinstance(content, str) or not content:
        raise CaptureError("it has no body: a delivery always has one")
    created = record.get("created_at")
    at = f"{created.replace(' ', 'T')}+00:00" if isinstance(created, str) and len(created) == 19 else created
    return Delivery(
        read_headers(record.get("headers", {})), content.encode(), read_time(at), str(record.get("url", "/"))
    )


def is_svix_play(record: Any) -> bool:
    """Return whether an object is a request of Svix Play: its body is in base64."""
    return (
        isinstance(record, dict)
        and "headers" in record
        and "body" in record
        and bool({"created_at", "createdAt", "timestamp"} & set(record))
    )


def read_svix_play(record: dict[str, Any]) -> Delivery:
    """Return the delivery of a request of Svix Play; raises CaptureError."""
    body = record["body"]
    if not isinstance(body, str) or not body:
        raise CaptureError("it has no body: a delivery always has one")
    is_text = body.lstrip().startswith(("{", "["))
    at = next((record[name] for name in ("created_at", "createdAt", "timestamp") if record.get(name)), None)
    status = (record.get("response") or {}).get("status_code", 0) if isinstance(record.get("response"), dict) else 0
    content = body.encode() if is_text else decode_base64(body)
    return Delivery(read_headers(record["headers"]), content, read_time(at), str(record.get("url", "/")), status)
