"""Endpoints beside the API for the person who runs the server: time, webhooks, a fresh world. None reveals a fault."""

import base64
import secrets
from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from conformance.mock_server import clock
from conformance.mock_server.behaviours import charging
from conformance.mock_server.clock import Clock
from conformance.mock_server.webhooks import Webhooks
from conformance.mock_server.write_handler import Writes

PREFIX = "/_control"


class Control:
    """The control endpoints of one server; `reset` builds its world anew."""

    def __init__(self, time: Clock, webhooks: Webhooks, writes: Writes, reset: Callable[[], None]) -> None:
        self._clock = time
        self._webhooks = webhooks
        self._writes = writes
        self._reset = reset

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the control endpoints."""
        return [
            Route(f"{PREFIX}/clock", self.clock, methods=["GET", "POST"]),
            Route(f"{PREFIX}/webhooks", self.endpoints, methods=["GET", "POST", "DELETE"]),
            Route(f"{PREFIX}/sessions", self.sessions, methods=["POST"]),
            Route(f"{PREFIX}/reset", self.reset, methods=["POST"]),
        ]

    async def clock(self, request: Request) -> Response:
        """GET: return the time. POST `{"seconds": N}`: move it forward, from one due delivery to the next."""
        if request.method == "POST":
            seconds = (await _decode_json(request)).get("seconds")
            if not isinstance(seconds, int) or not 0 <= seconds <= 10**8:
                return JSONResponse({"error": 'Send {"seconds": N} with N from 0 to 100000000.'}, 400)
            await self._advance_clock(seconds * clock.SECOND)
        return JSONResponse({"now": clock.render(self._clock.now())})

    async def _advance_clock(self, microseconds: int) -> None:
        end = self._clock.now() + microseconds
        await self._webhooks.deliver()
        while (due := self._webhooks.due) is not None and due <= end:
            self._clock.advance(due - self._clock.now())
            await self._webhooks.deliver()
        self._clock.advance(end - self._clock.now())
        charging.pass_time(self._writes, self._clock.now())
        await self._webhooks.deliver()

    async def endpoints(self, request: Request) -> Response:
        """GET: list deliveries. POST `{"url", "secret"?}`: deliver to that URL from now on. DELETE: stop deliveries."""
        if request.method == "DELETE":
            self._webhooks.endpoints.clear()
            return Response(status_code=204)
        if request.method == "GET":
            await self._webhooks.deliver()
            return JSONResponse({"messages": self._webhooks.delivered()})
        sent = await _decode_json(request)
        url = sent.get("url")
        secret = sent.get("secret") or "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or not isinstance(secret, str):
            return JSONResponse({"error": 'Send {"url": "http://…", "secret": "whsec_…"}.'}, 400)
        self._webhooks.endpoints.append((url, secret))
        return JSONResponse({"url": url, "secret": secret}, 201)

    async def sessions(self, _request: Request) -> Response:
        """POST: start a charging session for the owner of the first one, and announce it."""
        store = self._writes.world.store
        model_session = next((session for session in store.all(charging.SESSIONS) if session.owner), None)
        if model_session is None:
            return JSONResponse({"error": "This description knows no sessions."}, 404)
        session = charging.begin(self._writes, model_session)
        await self._webhooks.deliver()
        return JSONResponse({"path": session.path, "sub_sessions": session.data["sub_sessions"]}, 201)

    async def reset(self, _request: Request) -> Response:
        """POST: restore the world as it was at the start, and forget all deliveries."""
        self._reset()
        return Response(status_code=204)


async def _decode_json(request: Request) -> dict[str, object]:
    try:
        data = msgspec.json.decode(await request.body() or b"{}")
    except msgspec.DecodeError:
        return {}
    return data if isinstance(data, dict) else {}
