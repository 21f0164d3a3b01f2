"""Endpoint of one scenario: its own world and tokens, its rules, and all requests that it received."""

import asyncio
import base64
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from conformance.certify.api_clients.asgi import asked_of, read, reset, sent, watch
from conformance.certify.api_clients.conditions import Answer, Asked, Rule
from conformance.certify.api_clients.trace import Call, Part
from conformance.description import Description
from conformance.mock_server.app import Receive, Scope, Send
from conformance.mock_server.assembly import Settings, assemble
from conformance.mock_server.control import PREFIX
from conformance.mock_server.router import Router
from conformance.mock_server.world.builder import World
from conformance.model import Exchange, Request, Response, Role

MOST_REQUESTS = 1_000
"""Requests in one scenario after which its client is stopped; the largest task needs about a hundred."""
_PAGE = 20  # items; servers may send fewer than requested, and so every list has several pages
_CALLBACK = "/callback"
_PARTS = {
    "/o/token": Part.TOKEN,
    "/o/revoke_token": Part.REVOKE,
    "/o/authorize": Part.AUTHORIZE,
    _CALLBACK: Part.CALLBACK,
}


class Play:
    """One served scenario: its mock server, credentials and rules, and the calls received so far.

    `heard` is called with each call as it ends. `address` is the root URL of the scenario, `elsewhere` the same root
    under the second origin. Waits that the server requires are multiplied by `scale`.
    """

    def __init__(  # noqa: PLR0913
        self,
        name: str,
        rules: tuple[Rule, ...],
        description: Description,
        world: World,
        *,
        public: bool = False,
        scale: float = 1.0,
        heard: Callable[[Call], None] = lambda _: None,
    ) -> None:
        self.name, self.scale, self.memory = name, scale, dict[str, Any]()
        self.root = self.address = self.elsewhere = ""
        self.client_id = f"client-{secrets.token_hex(6)}"
        self.client_secret = "" if public else secrets.token_urlsafe(24)
        self.secrets = _list_secret_forms(self.client_id, self.client_secret) if self.client_secret else {}
        self.flooded = threading.Event()
        self._description, self._on_call = description, heard
        self._server = assemble(Settings(), description, world)
        self._server.tokens.secrets = {self.client_id: self.client_secret}
        self._router = Router(description.model.operations)
        self._rules, self._match_counts = rules, Counter[int]()
        self._began, self._epoch = time.monotonic(), time.time()
        self._calls: list[Call] = []
        self._number = 0
        self._leaving: asyncio.Event | None = None

    # For the scenario runner

    def begin(self) -> None:
        """Start the clock of the scenario."""
        self._began, self._epoch = time.monotonic(), time.time()

    @property
    def base_url(self) -> str:
        """The base URL of the API."""
        return self.address + self._description.model.base_path

    @property
    def user(self) -> str:
        """The URL of the first user in the mock world."""
        model = self._description.model
        return f"{self.base_url}{model.by_name[model.principal].list_path}/{self._server.tokens.user(0)}"

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls received so far, in order of arrival."""
        return tuple(sorted(self._calls, key=lambda call: call.at))

    def environment(self) -> dict[str, str]:
        """Return the environment variables that tell a client the addresses and credentials of the scenario."""
        oauth = f"{self.address}/o"
        variables = {
            "EVCONFORM_BASE_URL": self.base_url,
            "EVCONFORM_OAUTH_URL": oauth,
            "EVCONFORM_TOKEN_URL": f"{oauth}/token/",
            "EVCONFORM_CLIENT_ID": self.client_id,
            "EVCONFORM_REDIRECT_URI": self.address + _CALLBACK,
            "EVCONFORM_USER": self.user,
        }
        return variables | ({"EVCONFORM_CLIENT_SECRET": self.client_secret} if self.client_secret else {})

    # For rules (`conditions.Here`)

    async def serve(self, request: Asked) -> Answer:
        """Return the response of the mock server without any condition."""
        path, _, query = request.target.partition("?")
        if request.part is Part.CALLBACK:
            return Answer(200, (("Content-Type", "text/plain"),), b"Signed in.\n")
        if request.part is Part.ELSEWHERE:
            return Answer(200, (("Content-Type", "application/json"),), b"[]")
        if request.part is Part.TOKEN and not self.client_secret and b"grant_type=client_credentials" in request.body:
            refusal = b'{"error": "unauthorized_client"}'  # a public client has no credentials (RFC 6749, section 4.4)
            return Answer(400, (("Content-Type", "application/json"),), refusal)
        base = self._description.model.base_path if request.part is Part.API else ""
        return await self._send_to_mock(request, base + path, self._limit_page_size(request, query))

    async def session(self) -> None:
        """Start a charging session in the mock world."""
        await self._send_to_mock(Asked(Part.OTHER, "POST", "", ""), f"{PREFIX}/sessions", "")

    async def gone(self, seconds: float) -> bool:
        """Wait; return true as soon as the client of the last request disconnects, false when the time is over."""
        leaving = self._leaving or asyncio.Event()
        try:
            await asyncio.wait_for(leaving.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # For the scenario server

    async def handle(self, scope: Scope, receive: Receive, send: Send, *, elsewhere: bool = False) -> None:
        """Respond to one request of the scenario, and keep both as a call."""
        at = time.monotonic() - self._began
        self._number += 1
        if self._number > MOST_REQUESTS:
            self.flooded.set()
            reset(scope)
            return
        number = self._number
        body = await read(receive)
        request = self._read_request(scope, body, elsewhere=elsewhere)
        leaving = self._leaving = asyncio.Event()
        watching = asyncio.create_task(watch(receive, leaving))
        try:
            response = await self._apply_rules(request)
            left = leaving.is_set()
            if response.cut:
                reset(scope)
            elif not left:
                await sent(send, response)
        finally:
            watching.cancel()
        self._keep_call(number, request, response, scope, at, left=left)

    async def _apply_rules(self, request: Asked) -> Answer:
        for index, rule in enumerate(self._rules):
            if not rule.on(request):
                continue
            self._match_counts[index] += 1
            count = self._match_counts[index] - rule.skip
            if count < 1 or (rule.times and count > rule.times):
                continue
            if (response := await rule.act(request, self)) is not None:
                return response
        return await self.serve(request)

    def _read_request(self, scope: Scope, body: bytes, *, elsewhere: bool) -> Asked:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        path = scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(self.root)
        query = scope["query_string"].decode("latin-1")
        base = self._description.model.base_path
        part, operation = _PARTS.get(path.removesuffix("/"), Part.OTHER), "*"
        if path == base or path.startswith(base + "/"):
            part, path = Part.API, path.removeprefix(base) or "/"
            match = self._router.find(path)
            documented = match[0].get(scope["method"]) if match else None
            operation = documented.key if documented else "*"
        if elsewhere:
            part = Part.ELSEWHERE
        return Asked(part, scope["method"], f"{path}?{query}" if query else path, operation, headers, body)

    def _limit_page_size(self, request: Asked, query: str) -> str:
        """Return the query of a list with a page size that gives several pages; an invalid page size is kept."""
        operation = self._description.model.by_key.get(request.operation)
        paging = operation.pagination if operation and operation.role is Role.LIST else None
        if paging is None or not paging.size:
            return query
        fields = query.split("&") if query else []
        sizes = [field.partition("=")[2] for field in fields if field.partition("=")[0] == paging.size]
        if any(not size.isdigit() or not 1 <= int(size[:6]) <= paging.max_size for size in sizes):
            return query
        size = min([_PAGE, *map(int, sizes)])
        remaining = [field for field in fields if field.partition("=")[0] != paging.size]
        return "&".join([*remaining, f"{paging.size}={size}"])

    async def _send_to_mock(self, request: Asked, path: str, query: str) -> Answer:
        scheme, _, authority = self.address.partition("://")
        host = authority.partition("/")[0]
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in request.headers
            if name.lower() != "host"
        ]
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "method": request.method,
            "scheme": scheme,
            "root_path": self.root,
            "path": self.root + path,
            "raw_path": (self.root + path).encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(b"host", host.encode()), *headers],
        }
        return await asked_of(self._server, scope, request.body)

    def _keep_call(self, number: int, request: Asked, response: Answer, scope: Scope, at: float, *, left: bool) -> None:  # noqa: PLR0913
        done = time.monotonic() - self._began
        sent_request = Request(
            request.operation, request.method, request.target, request.headers, request.body, identity=""
        )
        received_response = None
        if not response.cut and not left:
            received_response = Response(response.status, response.headers, response.body, done - at)
        failure = "the server reset the connection" if response.cut else "the client disconnected before the response"
        origin = (self.elsewhere if request.part is Part.ELSEWHERE else self.address).removesuffix(self.root)
        query = scope["query_string"].decode("latin-1")
        url = origin + scope["raw_path"].decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
        exchange = Exchange(
            f"{self.name}-{number}",
            sent_request,
            url,
            self._epoch + at,
            received_response,
            "" if received_response else failure,
        )
        call = Call(exchange, request.part, at, done, touched=response.touched, left=left)
        self._remember_secrets(call)
        self._calls.append(call)
        self._on_call(call)

    def _remember_secrets(self, call: Call) -> None:
        """Remember issued tokens and codes, so that they are redacted everywhere."""
        if call.part is Part.TOKEN and call.status == 200 and call.exchange.response:
            issued = msgspec.json.decode(call.exchange.response.body)
            values = [issued[name] for name in ("access_token", "refresh_token") if name in issued]
        else:
            values = parse_qs(urlsplit(call.answered("location")).query).get("code", [])
        for secret in values:
            self.secrets[f"token-{len(self.secrets)}"] = secret


def _list_secret_forms(client_id: str, secret: str) -> dict[str, str]:
    """Return the secret as clients log it: as it is, and encoded for HTTP Basic as debug logs show it."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode().rstrip("=")
    return {"client-secret": secret, "client-basic": basic}
