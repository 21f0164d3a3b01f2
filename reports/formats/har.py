"""HAR 1.2: the exchanges, for a browser's network panel or any other tool that reads them."""

import base64
import datetime as dt
import io
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import harfile

from conformance.model import Exchange, Headers, Response
from reports.formats.base import Format
from reports.summary import Summary


def _render(summary: Summary) -> dict[str, bytes]:
    text = io.StringIO()
    version = summary.started.suite_version if summary.started else ""
    with harfile.HarFile.open(text, creator=harfile.Creator(name="evconform", version=version)) as har:
        for each in summary.exchanges:
            took = each.response.elapsed_s * 1000 if each.response else 0.0
            har.add_entry(
                startedDateTime=dt.datetime.fromtimestamp(each.sent_at, dt.UTC),
                time=took,
                request=_request(each),
                response=_response(each.response),
                timings=harfile.Timings(send=0, wait=took, receive=0),
                comment=" ".join(
                    (each.id, each.request.operation, f"as {each.request.identity or 'anonymous'}", each.failure)
                ),
            )
    return {"exchanges.har": text.getvalue().encode("utf-8", "replace")}


def _request(exchange: Exchange) -> harfile.Request:
    request = exchange.request
    media = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    text = request.body.decode("utf-8", "replace")
    return harfile.Request(
        method=request.method,
        url=exchange.url,
        httpVersion="HTTP/1.1",
        headers=_records(request.headers),
        queryString=[
            harfile.Record(name=name, value=value)
            for name, value in parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        ],
        postData=harfile.PostData(mimeType=media, text=text) if request.body else None,
        headersSize=-1,
        bodySize=len(request.body),
    )


def _response(response: Response | None) -> harfile.Response:
    found = response or Response(0)
    try:
        content = harfile.Content(size=len(found.body), mimeType=found.media_type, text=found.body.decode())
    except UnicodeDecodeError:
        text = base64.b64encode(found.body).decode()
        content = harfile.Content(size=len(found.body), mimeType=found.media_type, text=text, encoding="base64")
    return harfile.Response(
        status=found.status,
        statusText=_phrase(found.status),
        httpVersion="HTTP/1.1",
        headers=_records(found.headers),
        content=content,
        redirectURL=found.header("location") or "",
        headersSize=-1,
        bodySize=len(found.body),
    )


def _records(headers: Headers) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in headers]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


FORMATS = (Format("har", "exchanges.har", _render),)
