"""A sample client of ordinary reads against the built-in server in this process, and its traffic as a HAR file.

Time is that of the server's clock, which moves on with every request, and while the client has nothing to do.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from conformance.description import Description
from conformance.evidence.responses import find_urls
from conformance.evidence.urls import match_path, strip_base_url
from conformance.mock_server.assembly import MockServer, ServerSettings
from conformance.mock_server.clock import SECOND
from conformance.model import LinkKind, Operation, Role

ORIGIN = "http://api.example"
TOKENS = {"full": "token-full", "a": "token-user-a", "b": "token-user-b"}
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel="next"')
_SHARES = {"full": 0.85, "a": 0.3, "b": 0.3}  # of the operations, that each sender reads
_MAX_PAGES, _MAX_ITEMS, _MAX_EXPANSIONS, _MAX_FILTERS = 3, 2, 1, 1
_REQUEST_S, _IDLE_S = 0.25, 16.0  # of a request with its response, and between two tasks: an hour for all of them
_ELAPSED_S = 0.005  # of a response
_BOOLEANS = ("True", "False")


def build_server(
    description: Description, seed: int = 1, faults: Any = (), readings: Any = (), now: int | None = None
) -> MockServer:
    """Return a server in this process; its clock stands at `now`, in microseconds, until a recording moves it on."""
    settings = ServerSettings(seed=seed, faults=tuple(faults), readings=tuple(readings), rate_limit=100_000, now=now)
    return MockServer(settings, description)


async def send_in_process(
    server: MockServer, method: str, url: str, headers: Any
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Send a request without a body; return status, headers and body of the response."""
    parts = urlsplit(url)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": parts.scheme,
        "path": unquote(parts.path), "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
        "root_path": "", "client": ("127.0.0.1", 1), "server": (parts.hostname, 80),
        "headers": [(b"host", parts.netloc.encode()), *((n.lower().encode(), v.encode()) for n, v in headers)],
    }  # fmt: skip
    started: dict[str, Any] = {}
    chunks: list[bytes] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            chunks.append(message.get("body", b""))

    await server(scope, receive, send)
    received = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in started["headers"]]
    return started["status"], received, b"".join(chunks)


class Recording:
    """The exchanges of a client with a server in this process."""

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self.base_url = ORIGIN + server.description.model.base_path
        self.entries: list[dict[str, Any]] = []

    def pause(self, seconds: float) -> None:
        """Let time go by without a request."""
        self._server.clock.advance(int(seconds * SECOND))

    def get(self, target: str, token: str = TOKENS["full"], headers: tuple[tuple[str, str], ...] = ()) -> Any:
        """Send a GET below the base URL and return the parsed body, None where that is no JSON or no success."""
        url = target if target.startswith("http") else self.base_url + target
        sent = (("Authorization", f"Bearer {token}"), ("Accept", "application/json"), *headers)
        status, received, body = asyncio.run(send_in_process(self._server, "GET", url, sent))
        self._keep(url, sent, status, received, body)
        if status != 200:
            return None
        try:
            return json.loads(body)
        except ValueError:
            return None

    def find_next(self) -> str:
        """Return the URL of the next page after the latest one; empty where there is none."""
        headers = {h["name"].lower(): h["value"] for h in self.entries[-1]["response"]["headers"]}
        match = _NEXT.search(headers.get("link", ""))
        url = match[1] if match else ""
        return url if url.startswith(self.base_url) else ""

    def _keep(self, url: str, sent: Any, status: int, received: list[tuple[str, str]], body: bytes) -> None:
        began = self._server.clock.now() / SECOND
        self.pause(_REQUEST_S)
        self.entries.append(
            {
                "startedDateTime": datetime.fromtimestamp(began, UTC).isoformat(),
                "time": 1000 * _ELAPSED_S,
                "request": {
                    "method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": _pairs(sent), "queryString": [],
                    "cookies": [], "headersSize": -1, "bodySize": 0,
                },
                "response": {
                    "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": _pairs(received),
                    "cookies": [], "redirectURL": "", "headersSize": -1, "bodySize": len(body),
                    "content": {"size": len(body), "mimeType": "", "text": body.decode("utf-8", "replace")},
                },
                "cache": {},
                "timings": {"send": 0, "wait": 5, "receive": 0},
            }
        )  # fmt: skip

    def to_har(self) -> dict[str, Any]:
        """Return the traffic as a HAR document."""
        return {"log": {"version": "1.2", "creator": {"name": "sample", "version": "1"}, "entries": self.entries}}


def _pairs(headers: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def read_ordinarily(server: MockServer, seed: int = 1, limit: int = 1000) -> Recording:
    """Do an hour of ordinary reads: lists walked, items read, some expansions and filters, as three senders."""
    recording = Recording(server)
    for _ in SampleReader(recording, server.description, random.Random(seed)).read_everything():  # noqa: S311
        if len(recording.entries) >= limit:
            break
    return recording


class SampleReader:
    """A client that reads what it finds; each step of its methods is one request."""

    def __init__(self, recording: Recording, description: Description, dice: random.Random) -> None:
        self._recording, self._model, self._dice = recording, description.model, dice
        self._pools: dict[str, list[str]] = {}  # known paths by template
        self._token, self._headers = "", ()

    def read_everything(self) -> Iterator[None]:
        """Read as each of the senders: the application reads most of what there is, its users a part."""
        gets = {operation.path: operation for operation in self._model.operations if operation.method == "GET"}
        for name, token in TOKENS.items():
            people = self._recording.get("/users", token)
            yield
            users = [person.get("id") for person in people or () if isinstance(person, dict)]
            self._token, self._pools = token, {}
            for operation in sorted(gets.values(), key=lambda operation: operation.path.count("{")):
                is_skipped = self._dice.random() >= _SHARES[name]
                if operation.role is not Role.REDIRECT and operation.is_secured and not is_skipped:
                    user = ((operation.user_header, users[0]),) if operation.user_required and users else ()
                    self._headers = user
                    for path in self._fill(operation.path):
                        yield from self._use(operation, path)
                        self._recording.pause(_IDLE_S)

    def _get(self, path: str, query: list[tuple[str, str]]) -> Any:
        return self._recording.get(_target(path, query), self._token, self._headers)

    def _fill(self, template: str) -> list[str]:
        """Return paths of known resources: those that lists showed, up to the last parameter."""
        if "{" not in template:
            return [template]
        head, _, rest = template.rpartition("/{")
        name, _, tail = rest.partition("}")
        known = self._pools.get(f"{head}/{{{name}}}", [])
        chosen = known[:1] + self._dice.sample(known[1:], min(_MAX_ITEMS - 1, len(known[1:])))
        return [path + tail for path in chosen]

    def _use(self, operation: Operation, path: str) -> Iterator[None]:
        query = [
            (parameter.name, _choose_value(parameter.schema))
            for parameter in operation.parameters
            if parameter.required and parameter.location == "query"
        ]
        items = _items(self._get(path, query), operation)
        yield
        if operation.role is Role.LIST:
            yield from self._walk(operation, items)
        for item in items:
            self._learn(item)
        yield from self._expand(operation, path, query)
        if operation.role is Role.LIST and items:
            yield from self._filter(operation, path, query, items)
            yield from self._walk_slowly(operation, path, query)
        yield from self._follow(operation, items[:1])
        if self._dice.random() < 0.5:
            self._get(path, query)
            yield

    def _walk(self, operation: Operation, items: list[dict[str, Any]]) -> Iterator[None]:
        """Follow `next`, and add what the pages show."""
        for _ in range(_MAX_PAGES - 1):
            if not (following := self._recording.find_next()):
                break
            items += _items(self._recording.get(following, self._token, self._headers), operation)
            yield

    def _walk_slowly(self, operation: Operation, path: str, query: list[tuple[str, str]]) -> Iterator[None]:
        if operation.pagination and operation.pagination.size:
            self._get(path, [*query, (operation.pagination.size, "2")])
            yield
            yield from self._walk(operation, [])

    def _expand(self, operation: Operation, path: str, query: list[tuple[str, str]]) -> Iterator[None]:
        paths = [expansion.path for expansion in operation.expansions if expansion.resolvable]
        for chosen in self._dice.sample(paths, min(_MAX_EXPANSIONS, len(paths))):
            self._get(path, [*query, ("expand", chosen)])
            yield
        if len(paths) > 2:
            self._get(path, [*query, *(("expand", chosen) for chosen in self._dice.sample(paths, 2))])
            yield

    def _filter(
        self, operation: Operation, path: str, query: list[tuple[str, str]], items: list[dict[str, Any]]
    ) -> Iterator[None]:
        for chosen in self._dice.sample(operation.filters, min(_MAX_FILTERS, len(operation.filters))):
            values = [item[chosen.field] for item in items if isinstance(item.get(chosen.field), str | int | float)]
            if values:
                text = str(self._dice.choice(values))
                text = text.rpartition("/")[2] if chosen.by_id_of else text.lower() if text in _BOOLEANS else text
                text = "false" if chosen.operator == "isnull" else text
                others = [pair for pair in query if pair[0] != chosen.parameter]
                self._get(path, [*others, (chosen.parameter, text)])
                yield

    def _follow(self, operation: Operation, items: list[dict[str, Any]]) -> Iterator[None]:
        for item in items:
            for link in operation.links:
                if not link.own and link.kind is not LinkKind.EXTERNAL and self._dice.random() < 0.5:
                    for _, url in list(find_urls(item, link))[:1]:
                        if strip_base_url(self._recording.base_url, url):
                            self._recording.get(url, self._token)
                            yield

    def _learn(self, item: dict[str, Any]) -> None:
        """Remember the path of an item, by the template that it fits."""
        url = item.get("url")
        target = strip_base_url(self._recording.base_url, url) if isinstance(url, str) else None
        for resource in self._model.resources if target else ():
            if resource.item_path and match_path(resource.item_path, target or "") is not None:
                known = self._pools.setdefault(resource.item_path, [])
                if target not in known:
                    known.append(target or "")


def _choose_value(schema: Any) -> str:
    return str(schema.get("enum", [schema.get("default", "2026-01-01T00:00:00Z")])[0])


def _target(path: str, query: list[tuple[str, str]]) -> str:
    return path + ("?" + "&".join(f"{n}={quote(v, safe=':,')}" for n, v in query) if query else "")


def _items(body: Any, operation: Operation) -> list[dict[str, Any]]:
    if operation.role is not Role.LIST:
        return [body] if isinstance(body, dict) else []
    members = body.get(operation.items_at) if operation.items_at and isinstance(body, dict) else body
    return [item for item in members if isinstance(item, dict)] if isinstance(members, list) else []
