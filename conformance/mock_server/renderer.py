"""The rendering of records: documented properties, absolute links, and expansions in their place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from conformance.mock_server.call import Call, Place
from conformance.mock_server.hooks import Seams, through
from conformance.mock_server.world.builder import World
from conformance.mock_server.world.store import Record, Ref, absolute
from conformance.model import Operation

_MAX_CACHED = 60_000
encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Node:
    """One level of the expansions: `schema` where the link here is replaced, and the levels below."""

    path: str = ""
    schema: str = ""
    replaced: bool = False
    below: "dict[str, Node]" = field(default_factory=dict)


class Views:
    """Renderer of the records of one world."""

    def __init__(self, world: World, hooks: Seams) -> None:
        self._world = world
        self._hooks = hooks
        self._fields: dict[str, frozenset[str] | None] = {}
        self._trees: dict[tuple[str, tuple[str, ...]], Node] = {}
        self._encoded: dict[tuple[str, str, str, str, tuple[str, ...]], bytes] = {}
        self._revision = -1

    def fields(self, pointer: str) -> frozenset[str] | None:
        """Return the properties that a schema documents; None where it documents none and so allows any."""
        if pointer not in self._fields:
            names = self._collect_names(self._world.description.resolve(pointer)) if pointer else set()
            self._fields[pointer] = frozenset(names) or None
        return self._fields[pointer]

    def _collect_names(self, schema: Mapping[str, Any]) -> set[str]:
        flat = self._world.nursery.flat(schema)
        names = set(flat.get("properties", ()))
        if flat.get("additionalProperties") is True and names:
            return set()
        for branch in (*flat.get("oneOf", ()), *flat.get("anyOf", ())):
            names |= self._collect_names(branch)
        return names

    def tree(self, operation: Operation, paths: Iterable[str]) -> Node:
        """Return the tree of expansions; a path includes the levels above it."""
        sorted_paths = tuple(sorted(set(paths)))
        known = self._trees.get((operation.key, sorted_paths))
        if known is None:
            known = self._trees[operation.key, sorted_paths] = self._build_tree(operation, sorted_paths)
        return known

    def _build_tree(self, operation: Operation, sorted_paths: tuple[str, ...]) -> Node:
        by_path = {expansion.path: expansion for expansion in operation.expansions}
        root = Node()
        for path in sorted_paths:
            node, parts = root, path.split(".")
            for depth, name in enumerate(parts):
                here = ".".join(parts[: depth + 1])
                node = node.below.setdefault(name, Node(here))
                documented = by_path.get(here)
                if documented is not None and documented.resolvable:
                    node.replaced, node.schema = True, documented.schema
        return root

    def encoded(self, call: Call, place: Place, schema: str, tree: Node, expand: tuple[str, ...]) -> bytes:
        """Return a record as JSON bytes; they are cached until anything in the world changes."""
        if self._hooks.rendering or not place.record.path:
            return encode(self.shown(call, place, schema, tree))
        store = self._world.store
        if self._revision != store.revision or len(self._encoded) > _MAX_CACHED:
            self._encoded.clear()
            self._revision = store.revision
        key = (call.base, place.record.path, schema, call.operation.key if expand else "", expand)
        body = self._encoded.get(key)
        if body is None:
            body = self._encoded[key] = encode(self.shown(call, place, schema, tree))
        return body

    def shown(self, call: Call, place: Place, schema: str, tree: Node) -> Any:
        """Return a record as JSON data under the caller's base URL."""
        data = self.render(call, place.record, schema, tree)
        return through(self._hooks.item, call, place, data)

    def render(self, call: Call, record: Record, schema: str, tree: Node) -> Any:
        """Return the documented properties of a record, with the expansions of the tree."""
        names = self.fields(schema)
        return {
            key: self.value(call, value, tree.below.get(key))
            for key, value in record.data.items()
            if names is None or key in names
        }

    def value(self, call: Call, value: Any, node: Node | None) -> Any:
        """Return a value with absolute links, expanded where the node replaces them."""
        if node is None:
            return absolute(value, call.base)
        if isinstance(value, Ref):
            return self._expand_link(call, value, node) if node.replaced else call.base + value
        if isinstance(value, list):
            return [self.value(call, item, node) for item in value]
        if isinstance(value, dict):
            return {key: self.value(call, item, node.below.get(key)) for key, item in value.items()}
        return value

    def _expand_link(self, call: Call, link: Ref, node: Node) -> Any:
        record = self._world.store.by_path.get(link)
        if record is not None:
            data = self.render(call, record, node.schema, node)
            return through(self._hooks.nested, call, node.path, record, data)
        members = self.members(link)
        return call.base + link if members is None else [self.render(call, record, "", node) for record in members]

    def members(self, link: str) -> list[Record] | None:
        """Return the members of a collection by the path of its list; None where the path is no list below a record."""
        for name, resource in self._world.shape.resources.items():
            head, _, tail = resource.list_path.rpartition("/")
            if tail and "{" in head and link.endswith("/" + tail):
                parent = self._world.store.by_path.get(link[: -len(tail) - 1])
                if parent is not None and parent.resource == resource.parent:
                    return list(self._world.store.collection(name, parent.path))
        return None
