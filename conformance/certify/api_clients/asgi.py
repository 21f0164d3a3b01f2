"""Requests and responses as ASGI messages (ASGI specification, "HTTP & WebSocket ASGI Message Format")."""

import asyncio
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

from conformance.certify.api_clients.conditions import ScenarioResponse
from conformance.certify.api_clients.content_codings import encode_body
from conformance.mock_server.app import Receive, Scope, Send

_BODY_LIMIT = 4 << 20
_CUT_DELAY_S = 0.1  # until a client has received what was sent before the cut


async def read_body(receive: Receive) -> bytes:
    """Return the body of a request; bytes beyond the limit of 4 MiB are read and dropped."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        size += len(message.get("body", b""))
        if size <= _BODY_LIMIT:
            parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def watch_disconnect(receive: Receive, disconnected: asyncio.Event) -> None:
    """Set `disconnected` when the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass
    disconnected.set()


def reset_connection(scope: Mapping[str, Any]) -> None:
    """Reset the connection without a response."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()


async def send_response(
    send: Send, response: ScenarioResponse, disconnected: asyncio.Event | None = None
) -> tuple[float, bool]:
    """Send a response: with its Content-Length, or in pieces, which HTTP/1.1 sends chunked; half of one that is cut.

    The body is compressed where Content-Encoding says so. Pieces end when the client has disconnected. Return the
    monotonic time before the response was sent, or before its last piece, since a client has it no earlier, and
    whether the client was there until then.
    """
    body = encode_body(response.body, response.get_header("content-encoding"))
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name.lower() != "content-length"
    ]
    if response.status not in {204, 304} and not response.pieces:
        headers.append((b"content-length", str(len(body)).encode()))
    sent_at = time.monotonic()
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.is_cut:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(_CUT_DELAY_S)
        return time.monotonic(), True
    if response.pieces:
        size = max(1, len(body) // response.pieces)
        while len(body) > size:
            await send({"type": "http.response.body", "body": body[:size], "more_body": True})
            if await _is_set_within(disconnected or asyncio.Event(), response.pause_s):
                return time.monotonic(), False
            body = body[size:]
        sent_at = time.monotonic()
    await send({"type": "http.response.body", "body": body})
    return sent_at, True


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Return whether an event is set, after waiting for it for some seconds."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return event.is_set()
    return True


async def call_application(app: Any, scope: Scope, body: bytes) -> ScenarioResponse:
    """Return the response of an application to a request, without a network."""
    messages: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start = next(message for message in messages if message["type"] == "http.response.start")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start.get("headers", ()))
    return ScenarioResponse(start["status"], headers, b"".join(message.get("body", b"") for message in messages))
