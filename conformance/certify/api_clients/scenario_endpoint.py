"""Endpoint of one scenario: its own world and tokens, its rules, and all requests that it received."""

import asyncio
import base64
import itertools
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec.structs import replace

from conformance.certify.api_clients.asgi import (
    call_application,
    read_body,
    reset_connection,
    send_response,
    watch_disconnect,
)
from conformance.certify.api_clients.conditions import ConditionRule, OtherOrigin, ScenarioRequest, ScenarioResponse
from conformance.certify.api_clients.trace import ClientCall, ServerPart
from conformance.description import Description
from conformance.execution.redactor import Redactor
from conformance.mock_server.app import Receive, Scope, Send
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.mock_server.control import CONTROL_PREFIX
from conformance.mock_server.router import OperationRouter
from conformance.mock_server.world.builder import MockWorld
from conformance.model import Exchange, Request, Response, Role
from conformance.tools.counts import parse_count

MAX_REQUESTS = 1_000
"""Requests in one scenario after which its client is stopped; the largest task needs about a hundred."""
_PAGE = 20  # items; servers may send fewer than requested, and so every list has several pages
_CALLBACK = "/callback"
_PARTS = {
    "/o/token": ServerPart.TOKEN,
    "/o/revoke_token": ServerPart.REVOKE,
    "/o/authorize": ServerPart.AUTHORIZE,
    _CALLBACK: ServerPart.CALLBACK,
}


class ScenarioEndpoint:
    """One served scenario: its mock server, credentials and rules, and the calls received so far.

    `on_call` is called with each call as it ends. `address` is the root URL of the scenario, `api_address` that of its
    API, `other_origins` the same root under other origins. Waits that the server requires are multiplied by `scale`.
    `began_at` is the monotonic time at which the scenario began.
    """

    def __init__(  # noqa: PLR0913
        self,
        name: str,
        rules: tuple[ConditionRule, ...],
        description: Description,
        world: MockWorld,
        *,
        is_public: bool = False,
        scale: float = 1.0,
        on_call: Callable[[ClientCall], None] = lambda _: None,
    ) -> None:
        self.name, self.scale, self.memory = name, scale, dict[str, Any]()
        self.root = self.address = self.api_address = ""
        self.other_origins: Mapping[OtherOrigin, str] = {}
        self.client_id = f"client-{secrets.token_hex(6)}"
        self.client_secret = "" if is_public else secrets.token_urlsafe(24)
        self.secrets = _list_credentials(self.client_id, self.client_secret) if self.client_secret else {}
        self._redactor, self._redacted_count = Redactor({}), 0
        self.flood_event = threading.Event()
        self._description, self._on_call = description, on_call
        self._server = assemble_server(ServerSettings(), description, world)
        self._server.tokens.secrets = {self.client_id: self.client_secret}
        self._server.tokens.draw = _draw_token
        self._router = OperationRouter(description.model.operations)
        self._rules, self._match_counts = rules, Counter[int]()
        self.began_at, self._epoch = time.monotonic(), time.time()
        self._calls: list[ClientCall] = []
        self._numbers = itertools.count(1)
        self._open_requests: set[int] = set()
        self._leaving: asyncio.Event | None = None

    # For the scenario runner

    @property
    def redactor(self) -> Redactor:
        """Return the redactor for the secrets so far."""
        if len(self.secrets) != self._redacted_count:
            self._redacted_count = len(self.secrets)
            reversed_secrets = {f"{name}-reversed": secret[::-1] for name, secret in self.secrets.items()}
            self._redactor = Redactor(self.secrets | reversed_secrets)
        return self._redactor

    def start_clock(self) -> None:
        """Start the clock of the scenario."""
        self.began_at, self._epoch = time.monotonic(), time.time()

    def wait_for_open_requests(self, seconds: float = 3.0) -> None:
        """Wait until the requests that a client left open are kept as calls; their time is up soon after it ended."""
        deadline = time.monotonic() + seconds
        while self._open_requests and time.monotonic() < deadline:
            time.sleep(0.01)

    @property
    def base_url(self) -> str:
        """Return the base URL of the API."""
        return self.api_address + self._description.model.base_path

    @property
    def user_url(self) -> str:
        """Return the URL of the first user in the mock world."""
        model = self._description.model
        users = model.resources_by_name[model.principal_resource]
        return f"{self.base_url}{users.list_path}/{self._server.tokens.find_user(0)}"

    @property
    def calls(self) -> tuple[ClientCall, ...]:
        """Return the calls received so far, in order of arrival."""
        return tuple(sorted(self._calls, key=lambda call: call.requested_at))

    def build_environment(self) -> dict[str, str]:
        """Return the environment variables that tell a client the addresses and credentials of the scenario."""
        oauth = f"{self.address}/o"
        variables = {
            "EVCONFORM_BASE_URL": self.base_url,
            "EVCONFORM_OAUTH_URL": oauth,
            "EVCONFORM_TOKEN_URL": f"{oauth}/token/",
            "EVCONFORM_CLIENT_ID": self.client_id,
            "EVCONFORM_REDIRECT_URI": self.address + _CALLBACK,
            "EVCONFORM_USER": self.user_url,
        }
        return variables | ({"EVCONFORM_CLIENT_SECRET": self.client_secret} if self.client_secret else {})

    # For rules (`conditions.ScenarioContext`)

    async def send_to_mock(self, request: ScenarioRequest) -> ScenarioResponse:
        """Return the response of the mock server without any condition."""
        path, _, query = request.target.partition("?")
        if request.part is ServerPart.CALLBACK:
            return ScenarioResponse(200, (("Content-Type", "text/plain"),), b"Signed in.\n")
        if request.part is ServerPart.ELSEWHERE:
            return ScenarioResponse(200, (("Content-Type", "application/json"),), b"[]")
        if (
            request.part is ServerPart.TOKEN
            and not self.client_secret
            and b"grant_type=client_credentials" in request.body
        ):
            refusal = b'{"error": "unauthorized_client"}'  # a public client has no credentials (RFC 6749, section 4.4)
            return ScenarioResponse(400, (("Content-Type", "application/json"),), refusal)
        base = self._description.model.base_path if request.part is ServerPart.API else ""
        return await self._send_to_mock(request, base + path, self._limit_page_size(request, query))

    async def start_session(self) -> None:
        """Start a charging session in the mock world."""
        await self._send_to_mock(ScenarioRequest(ServerPart.OTHER, "POST", "", ""), f"{CONTROL_PREFIX}/sessions", "")

    async def wait_for_disconnect(self, seconds: float) -> bool:
        """Wait; return true as soon as the client of the last request disconnects, false when the time is over."""
        leaving = self._leaving or asyncio.Event()
        try:
            await asyncio.wait_for(leaving.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # For the scenario server

    async def handle_request(
        self, scope: Scope, receive: Receive, send: Send, *, is_other_origin: bool = False
    ) -> None:
        """Respond to one request of the scenario, and keep both as a call."""
        number = next(self._numbers)
        if number > MAX_REQUESTS:
            self.flood_event.set()
            reset_connection(scope)
            return
        self._open_requests.add(number)
        try:
            await self._handle_request(scope, receive, send, number, is_other_origin=is_other_origin)
        finally:
            self._open_requests.discard(number)

    async def _handle_request(
        self, scope: Scope, receive: Receive, send: Send, number: int, *, is_other_origin: bool
    ) -> None:
        at = time.monotonic() - self.began_at
        body = await read_body(receive)
        request = self._read_request(scope, body, elsewhere=is_other_origin)
        leaving = self._leaving = asyncio.Event()
        watching = asyncio.create_task(watch_disconnect(receive, leaving))
        try:
            response = await self._apply_rules(request)
            left, done = leaving.is_set(), time.monotonic()
            if response.is_reset:
                reset_connection(scope)
            elif not left:
                done, is_present = await send_response(send, response, leaving)
                left = not is_present
                if response.is_cut:
                    reset_connection(scope)
        finally:
            watching.cancel()
        sent = Request(request.operation, request.method, request.target, request.headers, request.body, identity="")
        exchange = Exchange(
            f"{self.name}-{number}", sent, self._build_url(request.part, scope), self._epoch + at, None, ""
        )
        self._keep_call(exchange, request.part, response, (at, done - self.began_at), left=left)

    async def _apply_rules(self, request: ScenarioRequest) -> ScenarioResponse:
        for index, rule in enumerate(self._rules):
            if not rule.matches(request):
                continue
            self._match_counts[index] += 1
            count = self._match_counts[index] - rule.skip
            if count < 1 or (rule.times and count > rule.times):
                continue
            if (response := await rule.action(request, self)) is not None:
                return response
        return await self.send_to_mock(request)

    def _read_request(self, scope: Scope, body: bytes, *, elsewhere: bool) -> ScenarioRequest:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        path = scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(self.root)
        query = scope["query_string"].decode("latin-1")
        base = self._description.model.base_path
        part, operation = _PARTS.get(path.removesuffix("/"), ServerPart.OTHER), "*"
        if path == base or path.startswith(base + "/"):
            part, path = ServerPart.API, path.removeprefix(base) or "/"
            match = self._router.find_operations(path)
            documented = match[0].get(scope["method"]) if match else None
            operation = documented.key if documented else "*"
        if elsewhere:
            part = ServerPart.ELSEWHERE
        return ScenarioRequest(part, scope["method"], f"{path}?{query}" if query else path, operation, headers, body)

    def _limit_page_size(self, request: ScenarioRequest, query: str) -> str:
        """Return the query of a list with a page size that gives several pages; an invalid page size is kept."""
        operation = self._description.model.operations_by_key.get(request.operation)
        paging = operation.pagination if operation and operation.role is Role.LIST else None
        if paging is None or not paging.size:
            return query
        fields = query.split("&") if query else []
        sizes = [parse_count(field.partition("=")[2]) for field in fields if field.partition("=")[0] == paging.size]
        valid_sizes = [size for size in sizes if size is not None and 1 <= size <= paging.max_size]
        if len(valid_sizes) < len(sizes):
            return query
        size = min([_PAGE, *valid_sizes])
        remaining = [field for field in fields if field.partition("=")[0] != paging.size]
        return "&".join([*remaining, f"{paging.size}={size}"])

    async def _send_to_mock(self, request: ScenarioRequest, path: str, query: str) -> ScenarioResponse:
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
        return await call_application(self._server, scope, request.body)

    def _build_url(self, part: ServerPart, scope: Scope) -> str:
        """Return the URL that a request was sent to."""
        origin = self.address.removesuffix(self.root)
        if part is ServerPart.ELSEWHERE:
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            origin = f"{scope['scheme']}://{host}"
        path, query = scope["raw_path"].decode("latin-1").partition("?")[0], scope["query_string"].decode("latin-1")
        return f"{origin}{path}?{query}" if query else f"{origin}{path}"

    def _keep_call(
        self,
        exchange: Exchange,
        part: ServerPart,
        response: ScenarioResponse,
        times: tuple[float, float],
        *,
        left: bool,
    ) -> None:
        """Keep an exchange that has no response yet as a call, with the response that the client got."""
        at, done = times
        if response.is_reset:
            exchange = replace(exchange, failure="the server reset the connection")
        elif response.is_cut:
            exchange = replace(exchange, failure="the server closed the connection after half of the body")
        elif left:
            exchange = replace(exchange, failure="the client disconnected before the end of the response")
        else:
            received = Response(response.status, response.headers, response.body, done - at)
            exchange = replace(exchange, response=received)
        is_affected = response.is_affected and (response.is_delayed or not left)
        call = ClientCall(exchange, part, at, done, is_affected=is_affected, is_abandoned=left)
        self._remember_secrets(call)
        self._calls.append(call)
        self._on_call(call)

    def _remember_secrets(self, call: ClientCall) -> None:
        """Remember issued tokens and codes, so that they are redacted everywhere."""
        if call.part is ServerPart.TOKEN and call.status == 200 and call.exchange.response:
            issued = msgspec.json.decode(call.exchange.response.body)
            values = [issued[name] for name in ("access_token", "refresh_token") if name in issued]
        else:
            values = parse_qs(urlsplit(call.response_header("location")).query).get("code", [])
        for secret in values:
            self.secrets[f"token-{len(self.secrets)}"] = secret


def _draw_token() -> str:
    """Return an unguessable token with the characters that forms and queries must encode (RFC 6750, section 2.1)."""
    return f"{secrets.token_urlsafe(12)}+/{secrets.token_urlsafe(12)}=="


def _list_credentials(client_id: str, secret: str) -> dict[str, str]:
    """Return the secret, and id and secret together as HTTP Basic has them (RFC 7617), as debug logs show it."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode().rstrip("=")
    return {"client-secret": secret, "client-basic": basic}
