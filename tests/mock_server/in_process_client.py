"""A server in process, with requests for every operation, made from the description."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import msgspec

from conformance.description import Description
from conformance.mock_server.api import WireRequest, WireResponse
from conformance.mock_server.assembly import MockServer, ServerSettings, assemble_server
from conformance.mock_server.behaviours import prepare_world
from conformance.mock_server.readings import find_id_maker, select_readings
from conformance.mock_server.world.builder import MockWorld, build_world
from conformance.mock_server.world.schema_compiler import UNKNOWN, RecordContext
from conformance.mock_server.world.store import StoredRecord, make_links_absolute
from conformance.model import Location, Operation

REAL = Path(__file__).resolve().parents[3] / "shared/reference/ev-energy-api-v2-openapi.yaml"
BASE = "http://127.0.0.1:8000/v2"
NOW = 1_790_000_000_000_000


@lru_cache(maxsize=4)
def _build_world(description: Description, seed: int, now: int) -> MockWorld:
    return prepare_world(build_world(description, seed, now))


def create_server(description: Description, settings: ServerSettings, world: MockWorld | None = None) -> MockServer:
    """Return a server over a world of its own, or over the one given; the copy of a world is cheaper than a new one."""
    makes_ids = find_id_maker(select_readings(settings.readings)) is not None
    if world is None and settings.now is not None and not makes_ids:
        world = _build_world(description, settings.seed, settings.now).copy()
    return assemble_server(settings, description, world)


def serve(description: Description, world: MockWorld | None = None, **settings: Any) -> "Client":
    return Client(create_server(description, ServerSettings(**{"now": NOW, **settings}), world))


class Web:
    """The whole application, in process: OAuth and control endpoints too."""

    def __init__(self, server: MockServer) -> None:
        self._transport = httpx.ASGITransport(server)

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1:8000") as client:
                return await client.request(method, url, **kwargs)

        return asyncio.run(send())

    def get(self, url: str, **kwargs: Any) -> httpx.Response:
        return self.request("GET", url, **kwargs)

    def post(self, url: str, **kwargs: Any) -> httpx.Response:
        return self.request("POST", url, **kwargs)


@dataclass(frozen=True)
class RequestSpec:
    """A request to send: a path below the base, with its query."""

    operation: Operation
    method: str
    target: str
    token: str = "token-full"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __hash__(self) -> int:
        return hash((self.method, self.target, self.token, tuple(sorted(self.headers.items())), self.body))

    def __str__(self) -> str:
        return f"{self.method} {self.target} as {self.token or 'nobody'}"


class Client:
    def __init__(self, server: MockServer) -> None:
        self.server = server
        self.world = server.world
        self.model = server.world.shape.model

    def request(
        self,
        method: str,
        target: str,
        *,
        token: str = "token-full",  # noqa: S107
        headers: Any = None,
        body: bytes = b"",
        json_body: Any = UNKNOWN,
    ) -> WireResponse:
        target = target.removeprefix(BASE)
        parts = urlsplit(target)
        sent = {"host": "127.0.0.1:8000", **({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        if json_body is not UNKNOWN:
            body = json.dumps(json_body).encode()
        if body and "content-type" not in sent:
            sent["content-type"] = "application/json"
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return self.server.api.handle_request(WireRequest(method, unquote(parts.path) or "/", BASE, query, sent, body))

    def send(self, request: RequestSpec) -> WireResponse:
        return self.request(
            request.method, request.target, token=request.token, headers=dict(request.headers), body=request.body
        )

    def get(self, target: str, **kwargs: Any) -> WireResponse:
        return self.request("GET", target, **kwargs)

    def records(self, resource: str) -> list[StoredRecord]:
        return list(self.world.store.iterate_records(resource))

    def path_of(self, operation: Operation, position: int = 0) -> str | None:
        """Return a path of the operation that leads to an existing record; None where there is none."""
        chain = self.world.find_ancestors(operation)
        resource = self.world.shape.resources.get(operation.resource)
        if resource and resource.item_path == operation.path and not resource.singleton:
            records = self.records(resource.name)
            return records[min(position, len(records) - 1)].path if records else None
        if not chain:
            return operation.path
        records = self.records(chain[-1].name)
        if not records:
            return None
        return records[min(position, len(records) - 1)].path + operation.path[len(chain[-1].item_path) :]

    def required_query(self, operation: Operation) -> list[str]:
        """Return the required query parameters with valid values."""
        pairs = []
        for parameter in operation.parameters:
            if parameter.location is not Location.QUERY or not parameter.required:
                continue
            value = next(iter(parameter.schema.get("enum", ())), parameter.schema.get("example", "sample"))
            for resource in self.world.shape.resources.values():
                pattern = str(parameter.schema.get("pattern", "")).lstrip("^(")
                if resource.prefix and pattern.startswith(resource.prefix) and (records := self.records(resource.name)):
                    value = records[0].key
            if parameter.schema.get("format") == "date-time":
                value = "2026-01-01T00:00:00Z" if parameter.name != "end" else "2026-01-01T12:00:00Z"
            pairs.append(f"{parameter.name}={value}")
        return pairs

    def headers(self, operation: Operation) -> dict[str, str]:
        user = self.records(self.world.shape.user_resource)[0].key
        return {operation.user_header.lower(): user} if operation.user_required else {}

    def body_for(self, operation: Operation, position: int = 0) -> Any:
        """Return a valid JSON body whose links lead to existing records; None where the operation takes none."""
        media = operation.body.media[0] if operation.body and operation.body.media else None
        if media is None or not media.schema:
            return None
        nursery = self.world.schema_compiler
        schema = nursery.fold_schema(self.world.description.resolve(media.schema))
        bodies = self.server.api.writes._bodies
        targets = bodies.find_link_targets(operation, schema.get("properties", {}))
        owner = self.records(self.world.shape.user_resource)[0].key

        def link(path: str) -> Any:
            if path not in targets:
                return UNKNOWN
            records = [r for name in targets[path] for r in self.records(name) if r.owner in {None, owner}]
            many = nursery.fold_schema(schema.get("properties", {}).get(path, {})).get("type") == "array"
            return [BASE + records[0].path] if many else BASE + records[min(position, len(records) - 1)].path

        body = nursery.compile_maker(schema)(
            RecordContext(self.world.create_rng("body", operation.key, position), NOW, NOW, position, link)
        )
        body = make_links_absolute(body, BASE)
        properties = schema.get("properties", {})
        return {
            name: value
            for name, value in body.items()
            if not nursery.fold_schema(properties.get(name, {})).get("readOnly")
        }

    def good(self, operation: Operation) -> Iterator[RequestSpec]:
        """Yield requests that should succeed, reads in several variants."""
        path = self.path_of(operation)
        if path is None:
            return
        required_query = self.required_query(operation)
        variants: list[list[str]] = [[]]
        if operation.is_safe:
            variants += [[f"expand={expansion.path}"] for expansion in operation.expansions if expansion.resolvable]
            variants += (
                [[f"expand={expansion.path}" for expansion in operation.expansions]] if operation.expansions else []
            )
            variants += (
                [[f"{operation.pagination.size}=2"]] if operation.pagination and operation.pagination.size else []
            )
        body = self.body_for(operation)
        raw = b"" if body is None else msgspec.json.encode(body)
        headers = self.headers(operation) | ({"content-type": "application/json"} if raw else {})
        for variant in variants:
            query = "&".join([*required_query, *variant])
            yield RequestSpec(
                operation, operation.method, path + (f"?{query}" if query else ""), headers=headers, body=raw
            )

    def bad(self, operation: Operation) -> Iterator[RequestSpec]:
        """Yield requests that should be refused, each for one reason."""
        for request in self.good(operation):
            change = replace
            yield change(request, token="")
            yield change(request, token="token-expired")
            yield change(request, token="token-noscope")
            yield change(request, headers={**request.headers, "evenergy-version": "9"})
            yield change(request, headers={**request.headers, "accept": "image/png"})
            if operation.user_header:
                yield change(request, headers={**request.headers, operation.user_header.lower(): "nonsense"})
            if operation.expansions:
                yield change(request, target=_add_query(request.target, "expand=nothing.at.all"))
            if operation.pagination:
                for name in filter(
                    None, (operation.pagination.size, operation.pagination.after, operation.pagination.page)
                ):
                    yield change(request, target=_add_query(request.target, f"{name}=-1"))
            for criterion in operation.filters:
                yield change(request, target=_add_query(request.target, f"{criterion.parameter}=%00"))
            if "{" in operation.path:
                head, _, tail = request.target.partition("01")
                yield change(
                    request, target=head + "00ZZZZZZZZZZZZZZZZZZZZZZZZ" + tail[24:] if tail else request.target
                )
            if operation.body:
                yield change(request, body=b"{")
                yield change(request, body=b"[]")
                yield change(request, body=b'{"": 1}', headers={**request.headers, "content-type": "text/plain"})
            return


def _add_query(target: str, query: str) -> str:
    return target + ("&" if "?" in target else "?") + query
