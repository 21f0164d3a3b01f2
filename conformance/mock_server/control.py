"""Endpoints beside the API for the person who runs the server: time, webhooks, a fresh world. None reveals a fault."""

import base64
import secrets
from collections.abc import Callable

import msgspec
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from conformance.mock_server import clock
from conformance.mock_server.behaviours import charging
from conformance.mock_server.clock import Clock
from conformance.mock_server.control_guard import ControlGuard
from conformance.mock_server.webhooks import WebhookEndpoint, WebhookQueue
from conformance.mock_server.write_handler import WriteHandler

CONTROL_PREFIX = "/_control"


class ControlEndpoints:
    """The control endpoints of one server; `handle_reset` builds its world anew."""

    def __init__(self, time: Clock, webhooks: WebhookQueue, writes: WriteHandler, reset: Callable[[], None]) -> None:
        self._clock = time
        self._webhooks = webhooks
        self._writes = writes
        self._reset = reset

    def list_routes(self) -> list[BaseRoute]:
        """Return the routes of the control endpoints."""
        endpoints = {
            "clock": (self.handle_clock, ["GET", "POST"]),
            "webhooks": (self.handle_webhooks, ["GET", "POST", "DELETE"]),
            "sessions": (self.start_session, ["POST"]),
            "reset": (self.handle_reset, ["POST"]),
        }
        return [
            Route(f"{CONTROL_PREFIX}/{name}", endpoint, methods=methods, middleware=[Middleware(ControlGuard)])
            for name, (endpoint, methods) in endpoints.items()
        ]

    async def handle_clock(self, request: Request) -> Response:
        """GET: return the time. POST `{"seconds": N}`: move it forward, from one due delivery to the next."""
        if request.method == "POST":
            seconds = (await _decode_json(request)).get("seconds")
            if not isinstance(seconds, int) or not 0 <= seconds <= 10**8:
                return JSONResponse({"error": 'Send {"seconds": N} with N from 0 to 100000000.'}, 400)
            await self._advance_clock(seconds * clock.SECOND)
        return JSONResponse({"now": clock.format_time(self._clock.now())})

    async def _advance_clock(self, microseconds: int) -> None:
        end = self._clock.now() + microseconds
        await self._webhooks.deliver_due()
        while (due := self._webhooks.next_due) is not None and due <= end:
            self._clock.advance(due - self._clock.now())
            await self._webhooks.deliver_due()
        self._clock.advance(end - self._clock.now())
        charging.pass_time(self._writes, self._clock.now())
        await self._webhooks.deliver_due()

    async def handle_webhooks(self, request: Request) -> Response:
        """GET: list deliveries. POST `{"url", "secret"?, "events"?}`: deliver to it from now on. DELETE: stop."""
        if request.method == "DELETE":
            self._webhooks.endpoints.clear()
            return Response(status_code=204)
        if request.method == "GET":
            await self._webhooks.deliver_due()
            return JSONResponse({"messages": self._webhooks.list_messages()})
        sent = await _decode_json(request)
        url = sent.get("url")
        secret = sent.get("secret") or "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        events = sent.get("events", [])
        is_url = isinstance(url, str) and url.startswith(("http://", "https://"))
        if not is_url or not isinstance(secret, str) or not isinstance(events, list):
            return JSONResponse({"error": 'Send {"url": "http://…", "secret": "whsec_…"}.'}, 400)
        self._webhooks.endpoints.append(WebhookEndpoint(str(url), secret, frozenset(map(str, events))))
        return JSONResponse({"url": url, "secret": secret}, 201)

    async def start_session(self, _request: Request) -> Response:
        """POST: start a charging session for the owner of the first one, and announce it."""
        store = self._writes.world.store
        model_session = next((session for session in store.iterate_records(charging.SESSIONS) if session.owner), None)
        if model_session is None:
            return JSONResponse({"error": "This description knows no sessions."}, 404)
        session = charging.begin_session(self._writes, model_session)
        await self._webhooks.deliver_due()
        return JSONResponse({"path": session.path, "sub_sessions": session.data["sub_sessions"]}, 201)

    async def handle_reset(self, _request: Request) -> Response:
        """POST: restore the world as it was at the start, and forget all deliveries."""
        self._reset()
        return Response(status_code=204)


async def _decode_json(request: Request) -> dict[str, object]:
    try:
        data = msgspec.json.decode(await request.body() or b"{}")
    except msgspec.DecodeError:
        return {}
    return data if isinstance(data, dict) else {}
