"""The ASGI application: the API under its base path, the authorization server and the control endpoints beside it."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from conformance.mock_server.api import Api, Reply, Request
from conformance.mock_server.problems import MEDIA, Problem
from conformance.mock_server.views import encode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_FIELDS = 1000  # query parameters read; what comes after them is not looked at
_LONGEST = 1 << 20


class App:
    """Dispatches by path, below `root_path` where the server hangs under one (ASGI 3, HTTP connection scope).

    `body_limit` is in bytes, `patience` the seconds that a body may take to arrive.
    """

    def __init__(
        self, api: Api, base_path: str, beside: Application, *, body_limit: int = 4 << 20, patience: float = 10.0
    ) -> None:
        self._api = api
        self._base_path = base_path
        self._beside = beside
        self._body_limit = body_limit
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        root = scope.get("root_path", "")
        path = scope.get("path", "").removeprefix(root)
        if scope["type"] != "http" or not (path == self._base_path or path.startswith(self._base_path + "/")):
            await self._aside(scope, receive, send)
            return
        headers = _headers(scope)
        base = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}{root}{self._base_path}"
        try:
            body, too_large = await self._arrived(receive, headers)
        except TimeoutError:
            await _send(send, _failure(_too_slow(), base))
            return
        request = Request(
            scope["method"],
            path[len(self._base_path) :] or "/",
            base,
            _query(scope["query_string"]),
            headers,
            body,
            too_large,
        )
        try:
            reply = self._api.handle(request)
        except Exception:  # noqa: BLE001
            traceback.print_exc(file=sys.stderr)
            reply = _failure(Problem(500, "internal-error", "The server failed."), base)
        await _send(send, reply)

    async def _aside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is not the API: it gets a body that has arrived whole, as the API does."""
        if scope["type"] != "http":
            await self._beside(scope, receive, send)
            return
        try:
            body, _ = await self._arrived(receive, _headers(scope))
        except TimeoutError:
            await _send(send, _failure(_too_slow(), scope["path"]))
            return
        left = [{"type": "http.request", "body": body}]

        async def again() -> MutableMapping[str, Any]:
            return left.pop() if left else await receive()

        await self._beside(scope, again, send)

    async def _arrived(self, receive: Receive, headers: dict[str, str]) -> tuple[bytes, bool]:
        """The body where one was announced, and whether it is longer than the limit; raises TimeoutError."""
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return b"", False
        return await asyncio.wait_for(self._body(receive, headers), self._patience)

    async def _body(self, receive: Receive, headers: dict[str, str]) -> tuple[bytes, bool]:
        """The body, and whether it is longer than the limit; what is beyond the limit is read and forgotten."""
        length = headers.get("content-length", "")
        large = length.isdigit() and int(length[:18]) > self._body_limit
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", large
            chunk = message.get("body", b"")
            size += len(chunk)
            large = large or size > self._body_limit
            if not large:
                parts.append(chunk)
            if not message.get("more_body") or size > self._body_limit * 32:
                return (b"" if large else b"".join(parts)), large


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _query(raw: bytes) -> tuple[tuple[str, str], ...]:
    if not raw:
        return ()
    text = raw[:_LONGEST].decode("latin-1")
    fields = text.split("&", _FIELDS)[:_FIELDS]
    return tuple(parse_qsl("&".join(fields), keep_blank_values=True))


def _too_slow() -> Problem:
    return Problem(408, "request-timeout", "The body took too long to arrive.")


def _failure(problem: Problem, base: str) -> Reply:
    body = encode(problem.body(base))
    headers = (
        ("Content-Type", MEDIA),
        ("Content-Length", str(len(body))),
        ("EvEnergy-Version", "2"),
        ("Connection", "close"),
    )
    return Reply(problem.status, headers, body)


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b""))
        for name, value in reply.headers
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
