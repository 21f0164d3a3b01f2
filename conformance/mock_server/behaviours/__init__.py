"""The behaviour of one API that no description documents: the effects of actions, the counts in reports.

A module of this package offers `READS` and `ACTIONS`: functions by the key of their operation, which get the reading or
writing side and the call. Its `on_build` adapts a new world. An operation without a function gets a response derived
from the description.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from conformance.description.operations import is_json
from conformance.mock_server import tables
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.coherence import make_coherent
from conformance.mock_server.world.schema_compiler import UNKNOWN, RecordContext
from conformance.mock_server.world.store import Ref, StoredRecord, make_links_absolute


class Behaviours:
    """The behaviours that fit one description, and the defaults where there is none."""

    def __init__(self, world: MockWorld, now: Callable[[], int]) -> None:
        self.world = world
        self.now = now
        self.pending_actions: dict[str, str] = {}  # actions begun or done once, by ticket, serial number or id
        self.reads: dict[str, Callable[[Any, ServerCall], ServerResponse]] = {}
        self.actions: dict[str, Callable[[Any, ServerCall], ServerResponse]] = {}
        for module in import_modules():
            self.reads |= getattr(module, "READS", {})
            self.actions |= getattr(module, "ACTIONS", {})

    def build_body(self, call: ServerCall, status: int) -> Any:
        """Return data grown from the schema of the response: the same request always gets the same data."""
        response = call.operation.find_response(status)
        media = response.media[0] if response and response.media else None
        schema = self.world.description.resolve(media.schema) if media and media.schema else {}
        if media and media.type == tables.CSV:
            return self._grow_rows(call, schema)
        return make_links_absolute(self.build_instance(call, schema, {}), call.base) if schema else None

    def build_plain_response(self, call: ServerCall) -> ServerResponse:
        """Return the documented success of an operation that shows no resource: JSON, other data, or no body."""
        responses = (response for response in call.operation.responses if response.status.startswith("2"))
        success = next(responses, None)
        status = int(success.status) if success and success.status.isdecimal() else 200
        documented = call.operation.find_response(status)
        if documented is None or not documented.media:
            return ServerResponse(status, media="")
        media = documented.media[0].type
        body = self.build_body(call, status)
        if is_json(media) or media == tables.CSV:
            return ServerResponse(status, body)
        return ServerResponse(status, media=media, raw=body.encode() if isinstance(body, str) else b"")

    def _grow_rows(self, call: ServerCall, schema: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a table: with the columns of its schema, or of an example where it has none."""
        columns = self.world.schema_compiler.fold_schema(
            self.world.schema_compiler.fold_schema(schema).get("items", {})
        ).get("properties", ())
        if not columns:
            return tables.build_example_rows()
        rows = self.build_instance(call, schema, {}) or [{}]
        return [{name: row.get(name) for name in columns} for row in make_links_absolute(rows, call.base)]

    def build_instance(self, call: ServerCall, schema: Mapping[str, Any], links: Mapping[str, Any]) -> Any:
        """Return an instance of a schema that depends on the request only; `links` gives the links at some paths."""
        known = {parameter.name for parameter in call.operation.parameters}
        known_pairs = sorted(pair for pair in call.query if pair[0] in known)  # an unknown parameter changes nothing
        rng = self.world.create_rng(call.operation.key, call.path, known_pairs)
        seedling = RecordContext(
            rng, self.world.now, self.world.now, rng.randrange(100), lambda at: links.get(at, UNKNOWN)
        )
        instance = self.world.schema_compiler.compile_maker(schema)(seedling)
        make_coherent(instance)
        return instance

    def build_frame(self, call: ServerCall, parent: StoredRecord | None) -> dict[str, Any]:
        """Return the object around the items of a wrapped list, with its links as references."""
        links: dict[str, Any] = {}
        for link in call.operation.links:
            if link.own:
                links[link.path] = Ref(call.path)
            elif parent is not None and parent.resource in link.targets:
                links[link.path] = Ref(parent.path)
        response = call.operation.find_response(200)
        schema = self.world.description.resolve(response.media[0].schema) if response and response.media else {}
        made: dict[str, Any] = self.build_instance(call, schema, {**links, call.operation.items_at: []})
        return made

    def build_redirect(self, call: ServerCall) -> ServerResponse:
        """Return a 302 to a page outside the API.

        With `response_type=json`, where documented, the response is a body with that address.
        """
        known = {parameter.name for parameter in call.operation.parameters}
        rng = self.world.create_rng(call.operation.key, sorted(call.query))
        ticket = UUID(int=rng.getrandbits(128), version=4)
        target = f"https://onboarding.example.com{call.operation.path}/{ticket}"
        if (
            "response_type" in known
            and call.last_query_value("response_type") == "json"
            and call.operation.find_response(200)
        ):
            body = self.build_body(call, 200)
            return ServerResponse(200, {**body, "url": target} if isinstance(body, dict) else body)
        return ServerResponse(302, None, {"Location": target}, media="")


def prepare_world(world: MockWorld) -> MockWorld:
    """Adapt a world to what every behaviour expects of it, and return it."""
    for module in import_modules():
        if hasattr(module, "on_build"):
            module.on_build(world)
    return world


def import_modules() -> list[Any]:
    """Return the behaviour modules, by name."""
    return [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name)
    ]
