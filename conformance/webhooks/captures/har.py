"""HAR files of proxies and browsers (HAR 1.2): the POST requests are deliveries."""

from typing import Any

from conformance.webhooks.captures.fields import CaptureError, decode_base64, read_headers, read_time
from conformance.webhooks.delivery import Delivery


def is_har(document: Any) -> bool:
    """Return whether a document is a HAR file."""
    log = document.get("log") if isinstance(document, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list)


def list_entries(document: Any) -> list[Any]:
    """Return the entries of a HAR file that are POST requests, and those that are no entries at all."""
    return [entry for entry in document["log"]["entries"] if _get_method(entry) in {"POST", ""}]


def read_entry(entry: Any) -> Delivery:
    """Return the delivery of an entry; raises CaptureError."""
    try:
        request = entry["request"]
        data = request.get("postData") or {}
        status = int((entry.get("response") or {}).get("status", 0))
        headers, started = read_headers(request["headers"]), entry["startedDateTime"]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CaptureError(f"it is not a HAR entry: {error!r}") from error
    text = data.get("text")
    if not isinstance(text, str):
        raise CaptureError("it has no body: record the content of requests too")
    body = decode_base64(text) if data.get("encoding") == "base64" else text.encode()
    return Delivery(headers, body, read_time(started), str(request.get("url", "/")), status)


def _get_method(entry: Any) -> str:
    request = entry.get("request") if isinstance(entry, dict) else None
    return str(request.get("method", "")) if isinstance(request, dict) else ""
