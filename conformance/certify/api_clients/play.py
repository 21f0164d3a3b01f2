"""A case being played: its own world and tokens, the condition that it injects, and a record of what came."""

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
from conformance.mock_server.routing import Router
from conformance.mock_server.world.build import World
from conformance.model import Exchange, Request, Response, Role

MOST_REQUESTS = 1_000
"""Requests of a case after which its client is stopped; the largest task needs about a hundred."""
_PAGE = 20  # a server may show fewer than asked for; so every list of the built-in world has several pages
_CALLBACK = "/callback"
_PARTS = {
    "/o/token": Part.TOKEN,
    "/o/revoke_token": Part.REVOKE,
    "/o/authorize": Part.AUTHORIZE,
    _CALLBACK: Part.CALLBACK,
}


class Play:
    """A case being played: its server and credentials, its rules, and everything that came so far.

    `heard` is told of each call as it ends; `address` is the root under which the client reaches it, `elsewhere` the
    same under another origin.
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
        self.secrets = _written(self.client_id, self.client_secret) if self.client_secret else {}
        self.flooded = threading.Event()
        self._description, self._heard = description, heard
        self._server = assemble(Settings(), description, world)
        self._server.tokens.secrets = {self.client_id: self.client_secret}
        self._router = Router(description.model.operations)
        self._rules, self._asked_of = rules, Counter[int]()
        self._began, self._epoch = time.monotonic(), time.time()
        self._calls: list[Call] = []
        self._open: set[int] = set()
        self._number = 0
        self._leaving: asyncio.Event | None = None

    # What the outside asks for.

    def begin(self) -> None:
        """Start the clock of the case."""
        self._began, self._epoch = time.monotonic(), time.time()

    @property
    def base_url(self) -> str:
        """The API's base URL."""
        return self.address + self._description.model.base_path

    @property
    def user(self) -> str:
        """The URL of the first user of the world."""
        model = self._description.model
        return f"{self.base_url}{model.by_name[model.principal].list_path}/{self._server.tokens.user(0)}"

    @property
    def calls(self) -> tuple[Call, ...]:
        """What came so far, in the order of arrival."""
        return tuple(sorted(self._calls, key=lambda call: call.at))

    def environment(self) -> dict[str, str]:
        """What a client is told of the case, by the names of environment variables."""
        oauth = f"{self.address}/o"
        told = {
            "EVCONFORM_BASE_URL": self.base_url,
            "EVCONFORM_OAUTH_URL": oauth,
            "EVCONFORM_TOKEN_URL": f"{oauth}/token/",
            "EVCONFORM_CLIENT_ID": self.client_id,
            "EVCONFORM_REDIRECT_URI": self.address + _CALLBACK,
            "EVCONFORM_USER": self.user,
        }
        return told | ({"EVCONFORM_CLIENT_SECRET": self.client_secret} if self.client_secret else {})

    # What rules ask for (`conditions.Here`).

    async def serve(self, asked: Asked) -> Answer:
        """What the built-in server answers by itself."""
        path, _, query = asked.target.partition("?")
        if asked.part is Part.CALLBACK:
            return Answer(200, (("Content-Type", "text/plain"),), b"Signed in.\n")
        if asked.part is Part.ELSEWHERE:
            return Answer(200, (("Content-Type", "application/json"),), b"[]")
        if asked.part is Part.TOKEN and not self.client_secret and b"grant_type=client_credentials" in asked.body:
            refusal = b'{"error": "unauthorized_client"}'  # a public client has no credentials (RFC 6749, section 4.4)
            return Answer(400, (("Content-Type", "application/json"),), refusal)
        base = self._description.model.base_path if asked.part is Part.API else ""
        return await self._ask(asked, base + path, self._smaller(asked, query))

    async def session(self) -> None:
        """Let a charging session begin."""
        await self._ask(Asked(Part.OTHER, "POST", "", ""), f"{PREFIX}/sessions", "")

    async def gone(self, seconds: float) -> bool:
        """Wait; true as soon as the client of the last request has left."""
        leaving = self._leaving or asyncio.Event()
        try:
            await asyncio.wait_for(leaving.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # Serving.

    async def handle(self, scope: Scope, receive: Receive, send: Send, *, elsewhere: bool = False) -> None:
        """Answer one request below the case's root, and write down both."""
        at = time.monotonic() - self._began
        self._number += 1
        if self._number > MOST_REQUESTS:
            self.flooded.set()
            reset(scope)
            return
        number = self._number
        body = await read(receive)
        asked = self._asked(scope, body, elsewhere=elsewhere)
        leaving = self._leaving = asyncio.Event()
        watching = asyncio.create_task(watch(receive, leaving))
        try:
            answer = await self._answered(asked)
            left = leaving.is_set()
            if answer.cut:
                reset(scope)
            elif not left:
                await sent(send, answer)
        finally:
            watching.cancel()
        self._keep(number, asked, answer, scope, at, left=left)

    async def _answered(self, asked: Asked) -> Answer:
        for index, rule in enumerate(self._rules):
            if not rule.on(asked):
                continue
            self._asked_of[index] += 1
            count = self._asked_of[index] - rule.skip
            if count < 1 or (rule.times and count > rule.times):
                continue
            if (answer := await rule.act(asked, self)) is not None:
                return answer
        return await self.serve(asked)

    def _asked(self, scope: Scope, body: bytes, *, elsewhere: bool) -> Asked:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        path = scope["raw_path"].decode("latin-1").partition("?")[0].removeprefix(self.root)
        query = scope["query_string"].decode("latin-1")
        base = self._description.model.base_path
        part, operation = _PARTS.get(path.removesuffix("/"), Part.OTHER), "*"
        if path == base or path.startswith(base + "/"):
            part, path = Part.API, path.removeprefix(base) or "/"
            found = self._router.find(path)
            known = found[0].get(scope["method"]) if found else None
            operation = known.key if known else "*"
        if elsewhere:
            part = Part.ELSEWHERE
        return Asked(part, scope["method"], f"{path}?{query}" if query else path, operation, headers, body)

    def _smaller(self, asked: Asked, query: str) -> str:
        """The query of a list with a page size that leaves it several pages; one out of bounds stays as it is."""
        operation = self._description.model.by_key.get(asked.operation)
        paging = operation.pagination if operation and operation.role is Role.LIST else None
        if paging is None or not paging.size:
            return query
        fields = query.split("&") if query else []
        sizes = [each.partition("=")[2] for each in fields if each.partition("=")[0] == paging.size]
        if any(not size.isdigit() or not 1 <= int(size[:6]) <= paging.max_size for size in sizes):
            return query
        size = min([_PAGE, *map(int, sizes)])
        rest = [each for each in fields if each.partition("=")[0] != paging.size]
        return "&".join([*rest, f"{paging.size}={size}"])

    async def _ask(self, asked: Asked, path: str, query: str) -> Answer:
        scheme, _, rest = self.address.partition("://")
        host = rest.partition("/")[0]
        headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in asked.headers if n.lower() != "host"]
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "method": asked.method,
            "scheme": scheme,
            "root_path": self.root,
            "path": self.root + path,
            "raw_path": (self.root + path).encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(b"host", host.encode()), *headers],
        }
        return await asked_of(self._server, scope, asked.body)

    def _keep(self, number: int, asked: Asked, answer: Answer, scope: Scope, at: float, *, left: bool) -> None:  # noqa: PLR0913
        done = time.monotonic() - self._began
        request = Request(asked.operation, asked.method, asked.target, asked.headers, asked.body, identity="")
        response = None
        if not answer.cut and not left:
            response = Response(answer.status, answer.headers, answer.body, done - at)
        failure = "the server reset the connection" if answer.cut else "the client left before the answer came"
        origin = (self.elsewhere if asked.part is Part.ELSEWHERE else self.address).removesuffix(self.root)
        query = scope["query_string"].decode("latin-1")
        url = origin + scope["raw_path"].decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
        exchange = Exchange(
            f"{self.name}-{number}", request, url, self._epoch + at, response, "" if response else failure
        )
        call = Call(exchange, asked.part, at, done, touched=answer.touched, left=left)
        self._learn(call)
        self._calls.append(call)
        self._heard(call)

    def _learn(self, call: Call) -> None:
        """Remember tokens and codes as they are issued, so that none is written down."""
        if call.part is Part.TOKEN and call.status == 200 and call.exchange.response:
            issued = msgspec.json.decode(call.exchange.response.body)
            found = [issued[name] for name in ("access_token", "refresh_token") if name in issued]
        else:
            found = parse_qs(urlsplit(call.answered("location")).query).get("code", [])
        for secret in found:
            self.secrets[f"token-{len(self.secrets)}"] = secret


def _written(client_id: str, secret: str) -> dict[str, str]:
    """The ways in which clients write their secret down: as it is, and as HTTP Basic has it, which debug logs show."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode().rstrip("=")
    return {"client-secret": secret, "client-basic": basic}
