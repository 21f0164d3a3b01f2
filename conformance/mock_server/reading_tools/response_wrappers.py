"""Wrappers of an ASGI application that rewrite its responses, for readings of the transport."""

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.mock_server.admissible_readings import Wrapper
from conformance.mock_server.app import Application, Receive, Scope, Send


@dataclass(slots=True)
class BufferedResponse:
    """A whole response before it is sent. `chunks` is how its body is split, empty for one piece."""

    scope: Scope
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    chunks: list[bytes] = field(default_factory=list)

    def find_header(self, name: bytes) -> bytes | None:
        """Return the value of a header by its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def set_header(self, name: bytes, value: bytes) -> None:
        """Replace a header, or add it."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()] + [(name, value)]

    def remove_header(self, name: bytes) -> None:
        """Remove a header by its name in lower case."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name]

    def set_body(self, body: bytes) -> None:
        """Replace the body; its length follows where it was stated."""
        self.body = body
        if self.find_header(b"content-length") is not None:
            self.set_header(b"content-length", str(len(body)).encode())


def rewrite_responses(change: Callable[[BufferedResponse], None]) -> Wrapper:
    """Return a wrapper that changes each response in place."""

    def wrap(application: Application) -> Application:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await application(scope, receive, send)
                return
            response = BufferedResponse(scope, 200, [])
            await application(scope, receive, _collect_into(response))
            change(response)
            await _send_response(response, send)

        return handle

    return wrap


def _collect_into(response: BufferedResponse) -> Send:
    async def collect(message: Scope) -> None:
        if message["type"] == "http.response.start":
            response.status, response.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            response.body += message.get("body", b"")

    return collect


async def _send_response(response: BufferedResponse, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    parts = response.chunks or [response.body]
    for index, part in enumerate(parts):
        await send({"type": "http.response.body", "body": part, "more_body": index + 1 < len(parts)})


def compress_bodies(coding: bytes, compress: Callable[[bytes], bytes]) -> Wrapper:
    """Return a wrapper that compresses bodies where the client accepts the coding (RFC 9110, section 8.4.1)."""

    def compress_body(response: BufferedResponse) -> None:
        if coding not in dict(response.scope["headers"]).get(b"accept-encoding", b""):
            return
        if response.scope["method"] == "HEAD" and response.find_header(b"content-type"):
            response.remove_header(b"content-length")
            response.set_header(b"content-encoding", coding)
        elif response.body:
            response.set_body(compress(response.body))
            response.set_header(b"content-encoding", coding)

    return rewrite_responses(compress_body)
