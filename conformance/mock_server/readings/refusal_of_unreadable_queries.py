"""A query with bytes that are no UTF-8, or with a NUL, is refused with 400."""

from urllib.parse import unquote_to_bytes

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.app import Application, Receive, Scope, Send

_BODY = b'{"title": "Bad Request", "detail": "The query is no UTF-8 text.", "status": 400}'


def _is_text(query: bytes) -> bool:
    raw = unquote_to_bytes(query)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw


def _wrap(application: Application) -> Application:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_text(scope.get("query_string", b"")):
            await application(scope, receive, send)
            return
        headers = [
            (b"content-type", b"application/problem+json"), (b"content-length", str(len(_BODY)).encode()),
            (b"evenergy-version", b"2"),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else _BODY})

    return handle


READING = AdmissibleReading(
    "refusals", "RFC 3986, section 2.5: text is encoded in UTF-8; the description is silent on other bytes",
    read_by_wrapper(_wrap),
)  # fmt: skip
