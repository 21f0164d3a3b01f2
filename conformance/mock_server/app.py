"""The ASGI application: the API under its base path, the authorization server and the control endpoints."""

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from conformance.mock_server.api import MockApi, WireRequest, WireResponse
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE, Problem
from conformance.mock_server.renderer import encode_json
from conformance.tools.counts import parse_count

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_MAX_QUERY_PARAMETERS = 1000  # further query parameters are ignored
_MAX_QUERY_BYTES = 1 << 20


class MockApp:
    """The ASGI application: dispatches by path, below `root_path` if the server has one (ASGI 3).

    `body_limit` is in bytes, `patience` the seconds that a body may take to arrive. `beside_paths` are paths of the
    other endpoints, which an API without a base path would hide.
    """

    def __init__(  # noqa: PLR0913 - two applications, and what each serves
        self,
        api: MockApi,
        base_path: str,
        beside: Application,
        *,
        beside_paths: frozenset[str] = frozenset(),
        body_limit: int = 4 << 20,
        patience: float = 10.0,
    ) -> None:
        self._api = api
        self._base_path = base_path
        self._beside = beside
        self._beside_paths = beside_paths
        self._body_limit = body_limit
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        root = scope.get("root_path", "")
        path = scope.get("path", "").removeprefix(root)
        is_of_api = path == self._base_path or path.startswith(self._base_path + "/")
        if scope["type"] != "http" or not is_of_api or path in self._beside_paths:
            await self._forward(scope, receive, send)
            return
        headers = _decode_headers(scope)
        base = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}{root}{self._base_path}"
        try:
            body, too_large = await self._receive_body(receive, headers)
        except TimeoutError:
            await _send(send, _encode_problem(_timeout_problem(), base))
            return
        request = WireRequest(
            scope["method"],
            path[len(self._base_path) :] or "/",
            base,
            _parse_query(scope["query_string"]),
            headers,
            body,
            too_large,
        )
        try:
            response = self._api.handle_request(request)
        except Exception:  # noqa: BLE001
            traceback.print_exc(file=sys.stderr)
            response = _encode_problem(Problem(500, "internal-error", "The server failed."), base)
        await _send(send, response)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request that is not for the API to the other endpoints, after its body has arrived whole."""
        if scope["type"] != "http":
            await self._beside(scope, receive, send)
            return
        try:
            body, _ = await self._receive_body(receive, _decode_headers(scope))
        except TimeoutError:
            await _send(send, _encode_problem(_timeout_problem(), scope["path"]))
            return
        messages = [{"type": "http.request", "body": body}]

        async def replay() -> MutableMapping[str, Any]:
            return messages.pop() if messages else await receive()

        await self._beside(scope, replay, send)

    async def _receive_body(self, receive: Receive, headers: dict[str, str]) -> tuple[bytes, bool]:
        """Return the announced body, and whether it is longer than the limit.

        Raises: TimeoutError where the body takes too long to arrive.
        """
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return b"", False
        return await asyncio.wait_for(self._read_body(receive, headers), self._patience)

    async def _read_body(self, receive: Receive, headers: dict[str, str]) -> tuple[bytes, bool]:
        """Return the body, and whether it is longer than the limit; bytes beyond the limit are read and dropped."""
        large = (parse_count(headers.get("content-length", "")) or 0) > self._body_limit
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


def _decode_headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _parse_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    if not raw:
        return ()
    text = raw[:_MAX_QUERY_BYTES].decode("latin-1")
    fields = text.split("&", _MAX_QUERY_PARAMETERS)[:_MAX_QUERY_PARAMETERS]
    return tuple(parse_qsl("&".join(fields), keep_blank_values=True))


def _timeout_problem() -> Problem:
    return Problem(408, "request-timeout", "The body took too long to arrive.")


def _encode_problem(problem: Problem, base: str) -> WireResponse:
    body = encode_json(problem.build_document(base))
    headers = (
        ("Content-Type", PROBLEM_MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("EvEnergy-Version", "2"),
        ("Connection", "close"),
    )
    return WireResponse(problem.status, headers, body)


async def _send(send: Send, response: WireResponse) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b""))
        for name, value in response.headers
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
