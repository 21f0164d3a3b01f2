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

from conformance.mock_server import tables
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.world.builder import World
from conformance.mock_server.world.schema_compiler import UNKNOWN, Seedling
from conformance.mock_server.world.store import Record, Ref, absolute


class Behaviours:
    """The behaviours that fit one description, and the defaults where there is none."""

    def __init__(self, world: World, now: Callable[[], int]) -> None:
        self.world = world
        self.now = now
        self.pending: dict[str, str] = {}  # actions begun or done once, by ticket, serial number or id
        self.reads: dict[str, Callable[[Any, Call], Answer]] = {}
        self.actions: dict[str, Callable[[Any, Call], Answer]] = {}
        for module in modules():
            self.reads |= getattr(module, "READS", {})
            self.actions |= getattr(module, "ACTIONS", {})

    def plain(self, call: Call, status: int) -> Any:
        """Return data grown from the schema of the response: the same request always gets the same data."""
        response = call.operation.response(status)
        media = response.media[0] if response and response.media else None
        schema = self.world.description.resolve(media.schema) if media and media.schema else {}
        if media and media.type == tables.CSV:
            return self._grow_rows(call, schema)
        return absolute(self.grow(call, schema, {}), call.base) if schema else None

    def _grow_rows(self, call: Call, schema: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a table: with the columns of its schema, or of an example where it has none."""
        columns = self.world.nursery.flat(self.world.nursery.flat(schema).get("items", {})).get("properties", ())
        if not columns:
            return tables.example()
        rows = self.grow(call, schema, {}) or [{}]
        return [{name: row.get(name) for name in columns} for row in absolute(rows, call.base)]

    def grow(self, call: Call, schema: Mapping[str, Any], links: Mapping[str, Any]) -> Any:
        """Return an instance of a schema that depends on the request only; `links` gives the links at some paths."""
        known = {parameter.name for parameter in call.operation.parameters}
        known_pairs = sorted(pair for pair in call.query if pair[0] in known)  # an unknown parameter changes nothing
        rng = self.world.rng(call.operation.key, call.path, known_pairs)
        seedling = Seedling(rng, self.world.now, self.world.now, rng.randrange(100), lambda at: links.get(at, UNKNOWN))
        return self.world.nursery.maker(schema)(seedling)

    def frame(self, call: Call, parent: Record | None) -> dict[str, Any]:
        """Return the object around the items of a wrapped list, with its links as references."""
        links: dict[str, Any] = {}
        for link in call.operation.links:
            if link.own:
                links[link.path] = Ref(call.path)
            elif parent is not None and parent.resource in link.targets:
                links[link.path] = Ref(parent.path)
        response = call.operation.response(200)
        schema = self.world.description.resolve(response.media[0].schema) if response and response.media else {}
        made: dict[str, Any] = self.grow(call, schema, {**links, call.operation.items_at: []})
        return made

    def redirect(self, call: Call) -> Answer:
        """Return a 302 to a page outside the API.

        With `response_type=json`, where documented, the response is a body with that address.
        """
        known = {parameter.name for parameter in call.operation.parameters}
        rng = self.world.rng(call.operation.key, sorted(call.query))
        ticket = UUID(int=rng.getrandbits(128), version=4)
        target = f"https://onboarding.example.com{call.operation.path}/{ticket}"
        if "response_type" in known and call.last("response_type") == "json" and call.operation.response(200):
            body = self.plain(call, 200)
            return Answer(200, {**body, "url": target} if isinstance(body, dict) else body)
        return Answer(302, None, {"Location": target}, media="")


def prepare(world: World) -> World:
    """Adapt a world to what every behaviour expects of it, and return it."""
    for module in modules():
        if hasattr(module, "on_build"):
            module.on_build(world)
    return world


def modules() -> list[Any]:
    """Return the behaviour modules, by name."""
    return [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name)
    ]
