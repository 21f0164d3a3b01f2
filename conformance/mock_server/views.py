"""How records are shown: the properties that a schema documents, absolute links, and expansions in their place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from conformance.mock_server.call import Call, Place
from conformance.mock_server.seams import Seams, through
from conformance.mock_server.world.build import World
from conformance.mock_server.world.store import Record, Ref, absolute
from conformance.model import Operation

_CACHED = 60_000
encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Node:
    """A level of what is to be expanded: `schema` where the link here is replaced, and the levels below."""

    path: str = ""
    schema: str = ""
    replaced: bool = False
    below: "dict[str, Node]" = field(default_factory=dict)


class Views:
    """Renders records of one world."""

    def __init__(self, world: World, seams: Seams) -> None:
        self._world = world
        self._seams = seams
        self._fields: dict[str, frozenset[str] | None] = {}
        self._trees: dict[tuple[str, tuple[str, ...]], Node] = {}
        self._encoded: dict[tuple[str, str, str, str, tuple[str, ...]], bytes] = {}
        self._revision = -1

    def fields(self, pointer: str) -> frozenset[str] | None:
        """The properties that a schema documents; None where it documents none and so allows any."""
        if pointer not in self._fields:
            names = self._names(self._world.description.resolve(pointer)) if pointer else set()
            self._fields[pointer] = frozenset(names) or None
        return self._fields[pointer]

    def _names(self, schema: Mapping[str, Any]) -> set[str]:
        flat = self._world.nursery.flat(schema)
        names = set(flat.get("properties", ()))
        if flat.get("additionalProperties") is True and names:
            return set()
        for branch in (*flat.get("oneOf", ()), *flat.get("anyOf", ())):
            names |= self._names(branch)
        return names

    def tree(self, operation: Operation, paths: Iterable[str]) -> Node:
        """What to expand, level by level; a path brings the levels above it along."""
        wanted = tuple(sorted(set(paths)))
        known = self._trees.get((operation.key, wanted))
        if known is None:
            known = self._trees[operation.key, wanted] = self._grow(operation, wanted)
        return known

    def _grow(self, operation: Operation, wanted: tuple[str, ...]) -> Node:
        by_path = {each.path: each for each in operation.expansions}
        root = Node()
        for path in wanted:
            node, parts = root, path.split(".")
            for depth, name in enumerate(parts):
                here = ".".join(parts[: depth + 1])
                node = node.below.setdefault(name, Node(here))
                documented = by_path.get(here)
                if documented is not None and documented.resolvable:
                    node.replaced, node.schema = True, documented.schema
        return root

    def encoded(self, call: Call, place: Place, schema: str, tree: Node, expand: tuple[str, ...]) -> bytes:
        """A record as bytes; kept until anything in the world changes."""
        if self._seams.rendering or not place.record.path:
            return encode(self.shown(call, place, schema, tree))
        store = self._world.store
        if self._revision != store.revision or len(self._encoded) > _CACHED:
            self._encoded.clear()
            self._revision = store.revision
        key = (call.base, place.record.path, schema, call.operation.key if expand else "", expand)
        found = self._encoded.get(key)
        if found is None:
            found = self._encoded[key] = encode(self.shown(call, place, schema, tree))
        return found

    def shown(self, call: Call, place: Place, schema: str, tree: Node) -> Any:
        """A record as JSON data under the caller's base URL."""
        data = self.render(call, place.record, schema, tree)
        return through(self._seams.item, call, place, data)

    def render(self, call: Call, record: Record, schema: str, tree: Node) -> Any:
        """The documented properties of a record, expanded as the tree says."""
        names = self.fields(schema)
        return {
            key: self.value(call, value, tree.below.get(key))
            for key, value in record.data.items()
            if names is None or key in names
        }

    def value(self, call: Call, value: Any, node: Node | None) -> Any:
        """A value with absolute links; what the node replaces is expanded."""
        if node is None:
            return absolute(value, call.base)
        if isinstance(value, Ref):
            return self._expanded(call, value, node) if node.replaced else call.base + value
        if isinstance(value, list):
            return [self.value(call, each, node) for each in value]
        if isinstance(value, dict):
            return {key: self.value(call, each, node.below.get(key)) for key, each in value.items()}
        return value

    def _expanded(self, call: Call, link: Ref, node: Node) -> Any:
        record = self._world.store.by_path.get(link)
        if record is not None:
            data = self.render(call, record, node.schema, node)
            return through(self._seams.nested, call, node.path, record, data)
        members = self.members(link)
        return call.base + link if members is None else [self.render(call, each, "", node) for each in members]

    def members(self, link: str) -> list[Record] | None:
        """The members of a collection by the path of its list, None where the path is no list below a record."""
        for name, resource in self._world.shape.resources.items():
            head, _, tail = resource.list_path.rpartition("/")
            if tail and "{" in head and link.endswith("/" + tail):
                parent = self._world.store.by_path.get(link[: -len(tail) - 1])
                if parent is not None and parent.resource == resource.parent:
                    return list(self._world.store.collection(name, parent.path))
        return None
