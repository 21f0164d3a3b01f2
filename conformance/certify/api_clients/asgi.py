"""Requests and answers as the events of ASGI (its specification, "HTTP & WebSocket ASGI Message Format")."""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any

from conformance.certify.api_clients.conditions import Answer
from conformance.mock_server.app import Receive, Scope, Send

_BODY_LIMIT = 4 << 20


async def read(receive: Receive) -> bytes:
    """The body of a request; what is beyond the limit is read and thrown away."""
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


async def watch(receive: Receive, leaving: asyncio.Event) -> None:
    """Set `leaving` when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    leaving.set()


def reset(scope: Mapping[str, Any]) -> None:
    """Break the connection without a word."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()


async def sent(send: Send, answer: Answer) -> None:
    """Send a whole answer."""
    body = answer.body
    headers = [
        (n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in answer.headers if n.lower() != "content-length"
    ]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def asked_of(app: Any, scope: Scope, body: bytes) -> Answer:
    """What an application answers to a request that never was on a wire."""
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    start = next(each for each in told if each["type"] == "http.response.start")
    headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in start.get("headers", ()))
    return Answer(start["status"], headers, b"".join(each.get("body", b"") for each in told))
