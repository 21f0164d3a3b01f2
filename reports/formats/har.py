"""HAR 1.2: the exchanges, for a browser's network panel and other tools."""

import base64
import datetime as dt
import io
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from conformance.model import Exchange, Headers, Response
from conformance.tools.visible_text import escape_json
from reports.formats.base import Format
from reports.summary import Summary


def _write(summary: Summary) -> dict[str, bytes]:
    content = _EscapedBytes()
    text = io.TextIOWrapper(content, "utf-8", "replace", newline="")
    version = summary.started.suite_version if summary.started else ""
    with harfile.HarFile.open(text, creator=harfile.Creator(name="evconform", version=version)) as har:
        for exchange in summary.exchanges:
            took = exchange.response.elapsed_s * 1000 if exchange.response else 0.0
            har.add_entry(
                startedDateTime=dt.datetime.fromtimestamp(exchange.sent_at, dt.UTC),
                time=took,
                request=_build_request(exchange),
                response=_build_response(exchange.response),
                timings=harfile.Timings(send=0, wait=took, receive=0),
                comment=" ".join(
                    (
                        exchange.id,
                        exchange.request.operation,
                        f"as {exchange.request.identity or 'anonymous'}",
                        exchange.failure,
                    )
                ),
            )
    text.flush()
    return {"exchanges.har": content.getvalue()}


class _EscapedBytes(io.BytesIO):
    """Bytes of JSON that are escaped as they come: one text of a long run takes four bytes a character."""

    def write(self, data: Any) -> int:
        """Append whole characters in UTF-8."""
        encoded = bytes(data)
        super().write(escape_json(encoded))
        return len(encoded)


def _build_request(exchange: Exchange) -> harfile.Request:
    request = exchange.request
    media = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    text = request.body.decode("utf-8", "replace")
    return harfile.Request(
        method=request.method,
        url=exchange.url,
        httpVersion="HTTP/1.1",
        headers=_build_records(exchange.sent_headers),
        queryString=[
            harfile.Record(name=name, value=value)
            for name, value in parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        ],
        postData=harfile.PostData(mimeType=media, text=text) if request.body else None,
        headersSize=-1,
        bodySize=len(request.body),
    )


def _build_response(response: Response | None) -> harfile.Response:
    received = response or Response(0)
    try:
        content = harfile.Content(size=len(received.body), mimeType=received.media_type, text=received.body.decode())
    except UnicodeDecodeError:
        text = base64.b64encode(received.body).decode()
        content = harfile.Content(size=len(received.body), mimeType=received.media_type, text=text, encoding="base64")
    return harfile.Response(
        status=received.status,
        statusText=_reason_phrase(received.status),
        httpVersion="HTTP/1.1",
        headers=_build_records(received.headers),
        content=content,
        redirectURL=received.find_header("location") or "",
        headersSize=-1,
        bodySize=len(received.body),
    )


def _build_records(headers: Headers) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in headers]


def _reason_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


FORMATS = (Format("har", "exchanges.har", _write),)
