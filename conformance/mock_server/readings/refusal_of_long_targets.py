"""A proxy refuses long request targets with 414 and a page of its own, before the API sees them."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.app import Application, Receive, Scope, Send

_MAX_BYTES = 4096
_PAGE = b"<html><head><title>414 Request-URI Too Large</title></head><body><center>nginx</center></body></html>"


def _wrap(application: Application) -> Application:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        size = len(scope.get("raw_path", b"")) + len(scope.get("query_string", b""))
        if scope["type"] != "http" or size <= _MAX_BYTES:
            await application(scope, receive, send)
            return
        headers = [(b"content-type", b"text/html"), (b"content-length", str(len(_PAGE)).encode())]
        await send({"type": "http.response.start", "status": 414, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else _PAGE})

    return handle


READING = AdmissibleReading(
    "refusals", "RFC 9110, section 4.1: 8,000 octets are recommended, and no length is required of a server",
    read_by_wrapper(_wrap),
)  # fmt: skip
