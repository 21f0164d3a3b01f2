"""Exports of Postman: the saved responses of a collection (v2), and the executions in a report of newman."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.traffic.entry import TrafficEntry, UnreadableEntryError
from conformance.traffic.formats.fields import read_body, read_duration, read_headers, read_status, read_time


def is_collection(document: Any) -> bool:
    """Return whether a document is a collection or a report of newman."""
    if not isinstance(document, Mapping):
        return False
    run = document.get("run")
    is_report = isinstance(run, Mapping) and isinstance(run.get("executions"), list)
    return is_report or ("info" in document and isinstance(document.get("item"), list))


def list_records(document: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each request of a document with its response."""
    run = document.get("run")
    for execution in run.get("executions", ()) if isinstance(run, Mapping) else ():
        if isinstance(execution, Mapping):
            yield execution.get("request"), execution.get("response")
    yield from _list_saved(document.get("item")) if not isinstance(run, Mapping) else ()


def _list_saved(items: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the saved responses of the requests in a folder, and in its folders."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield from _list_saved(item.get("item"))
            for response in item.get("response") or ():
                if isinstance(response, Mapping):
                    yield response.get("originalRequest", item.get("request")), response


def read_pair(request: Any, response: Any) -> TrafficEntry:
    """Return the exchange of a request and its response; raises UnreadableEntryError."""
    if not isinstance(request, Mapping) or not isinstance(response, Mapping):
        raise UnreadableEntryError("it lacks a request or a response")
    body = request.get("body")
    text, stream = response.get("body"), response.get("stream")
    if isinstance(stream, Mapping) and isinstance(stream.get("data"), list):  # newman writes bytes as numbers
        try:
            content = bytes(stream["data"])
        except (TypeError, ValueError) as error:
            raise UnreadableEntryError("a body is not a list of bytes") from error
    else:
        content = read_body(text)
    return TrafficEntry(
        str(request.get("method") or "GET").upper(),
        _read_url(request.get("url")),
        read_headers(request.get("header")),
        read_body(body.get("raw")) if isinstance(body, Mapping) else b"",
        read_status(response.get("code")),
        read_headers(response.get("header")),
        content,
        read_time(response.get("timestamp")),
        read_duration(response.get("responseTime")),
        has_body=text is not None or stream is not None,
    )


def _read_url(url: Any) -> str:
    """Return a URL from a text, or from its parts."""
    if isinstance(url, str):
        return url
    if not isinstance(url, Mapping):
        raise UnreadableEntryError("its request has no URL")
    if isinstance(url.get("raw"), str):
        return str(url["raw"])
    host, path = (_join(url.get("host"), "."), _join(url.get("path"), "/"))
    query = [pair for pair in url.get("query") or () if isinstance(pair, Mapping) and not pair.get("disabled")]
    pairs = "&".join(f"{pair.get('key', '')}={pair.get('value') or ''}" for pair in query)
    port = f":{url['port']}" if url.get("port") else ""
    return f"{url.get('protocol') or 'https'}://{host}{port}/{path}" + (f"?{pairs}" if pairs else "")


def _join(parts: Any, separator: str) -> str:
    return separator.join(map(str, parts)) if isinstance(parts, list) else str(parts or "")
