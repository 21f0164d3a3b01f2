"""The rendering of records: documented properties, absolute links, and expansions in their place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from conformance.description import prose
from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import Ref, StoredRecord, make_links_absolute
from conformance.model import Operation

_MAX_CACHED_BYTES = 32 << 20
_OVERHEAD = 400  # bytes that an encoded record takes beside its content
encode_json = msgspec.json.Encoder().encode


@dataclass(slots=True)
class ExpansionNode:
    """One level of the expansions: `schema` where the link here is replaced, and the levels below."""

    path: str = ""
    schema: str = ""
    is_replaced: bool = False
    below: "dict[str, ExpansionNode]" = field(default_factory=dict)


class RecordRenderer:
    """Renderer of the records of one world."""

    def __init__(self, world: MockWorld, hooks: Hooks) -> None:
        self._world = world
        self._hooks = hooks
        self._fields: dict[str, frozenset[str] | None] = {}
        self._trees: dict[tuple[str, tuple[str, ...]], ExpansionNode] = {}
        self._personal: dict[str, frozenset[str]] = {}
        self._encoded: dict[tuple[str, str, str, str, tuple[str, ...], bool], bytes] = {}
        self._encoded_bytes = 0
        self._revision = -1

    def documented_fields(self, pointer: str) -> frozenset[str] | None:
        """Return the properties that a schema documents; None where it documents none and so allows any."""
        if pointer not in self._fields:
            names = self._collect_names(self._world.description.resolve(pointer)) if pointer else set()
            self._fields[pointer] = frozenset(names) or None
        return self._fields[pointer]

    def _collect_names(self, schema: Mapping[str, Any]) -> set[str]:
        flat = self._world.schema_compiler.fold_schema(schema)
        names = set(flat.get("properties", ()))
        if flat.get("additionalProperties") is True and names:
            return set()
        for branch in (*flat.get("oneOf", ()), *flat.get("anyOf", ())):
            names |= self._collect_names(branch)
        return names

    def build_expansion_tree(self, operation: Operation, paths: Iterable[str]) -> ExpansionNode:
        """Return the tree of expansions; a path includes the levels above it."""
        sorted_paths = tuple(sorted(set(paths)))
        known = self._trees.get((operation.key, sorted_paths))
        if known is None:
            known = self._trees[operation.key, sorted_paths] = self._build_tree(operation, sorted_paths)
        return known

    def _build_tree(self, operation: Operation, sorted_paths: tuple[str, ...]) -> ExpansionNode:
        by_path = {expansion.path: expansion for expansion in operation.expansions}
        root = ExpansionNode()
        for path in sorted_paths:
            node, parts = root, path.split(".")
            for depth, name in enumerate(parts):
                here = ".".join(parts[: depth + 1])
                node = node.below.setdefault(name, ExpansionNode(here))
                documented = by_path.get(here)
                if documented is not None and documented.resolvable:
                    node.is_replaced, node.schema = True, documented.schema
        return root

    def encode_record(
        self, call: ServerCall, place: RecordPosition, schema: str, tree: ExpansionNode, expand: tuple[str, ...]
    ) -> bytes:
        """Return a record as JSON bytes; they are cached until anything in the world changes."""
        if self._hooks.has_rendering_hooks or not place.record.path:
            return encode_json(self.render_record(call, place, schema, tree))
        store = self._world.store
        if self._revision != store.revision or self._encoded_bytes > _MAX_CACHED_BYTES:
            self._encoded.clear()
            self._encoded_bytes, self._revision = 0, store.revision
        expanding = call.operation.key if expand else ""
        key = (call.base, place.record.path, schema, expanding, expand, call.user is None)
        body = self._encoded.get(key)
        if body is None:
            body = self._encoded[key] = encode_json(self.render_record(call, place, schema, tree))
            self._encoded_bytes += len(body) + _OVERHEAD
        return body

    def render_record(self, call: ServerCall, place: RecordPosition, schema: str, tree: ExpansionNode) -> Any:
        """Return a record as JSON data under the caller's base URL."""
        data = self.render_fields(call, place.record, schema, tree)
        return apply_hooks(self._hooks.item, call, place, data)

    def render_fields(self, call: ServerCall, record: StoredRecord, schema: str, tree: ExpansionNode) -> Any:
        """Return the documented properties of a record, with the expansions of the tree."""
        if "" in record.data:  # what is no object has no properties
            return make_links_absolute(record.data[""], call.base)
        names = self.documented_fields(schema)
        hidden = self._find_personal(record.resource) if call.user is None else frozenset[str]()
        return {
            key: None if key in hidden else self.render_value(call, value, tree.below.get(key))
            for key, value in record.data.items()
            if names is None or key in names
        }

    def _find_personal(self, name: str) -> frozenset[str]:
        """Return the properties of a resource that are about the acting user, and null if no user acts."""
        if name not in self._personal:
            resource = self._world.shape.resources.get(name)
            properties = self._world.get_schema(resource).get("properties", {}) if resource else {}
            schemas = {key: self._world.schema_compiler.fold_schema(schema) for key, schema in properties.items()}
            self._personal[name] = frozenset(
                key
                for key, schema in schemas.items()
                if "null" in (schema.get("type") or ()) and prose.is_null_without_user(str(schema.get("description")))
            )
        return self._personal[name]

    def render_value(self, call: ServerCall, value: Any, node: ExpansionNode | None) -> Any:
        """Return a value with absolute links, expanded where the node replaces them."""
        if node is None:
            return make_links_absolute(value, call.base)
        if isinstance(value, Ref):
            return self._expand_link(call, value, node) if node.is_replaced else call.base + value
        if isinstance(value, list):
            return [self.render_value(call, item, node) for item in value]
        if isinstance(value, dict):
            return {key: self.render_value(call, item, node.below.get(key)) for key, item in value.items()}
        return value

    def _expand_link(self, call: ServerCall, link: Ref, node: ExpansionNode) -> Any:
        record = self._world.store.by_path.get(link)
        if record is not None:
            data = self.render_fields(call, record, node.schema, node)
            return apply_hooks(self._hooks.nested, call, node.path, record, data)
        members = self.list_members(link)
        return (
            call.base + link if members is None else [self.render_fields(call, record, "", node) for record in members]
        )

    def list_members(self, link: str) -> list[StoredRecord] | None:
        """Return the members of a collection by the path of its list; None where the path is no list below a record."""
        for name, resource in self._world.shape.resources.items():
            head, _, tail = resource.list_path.rpartition("/")
            if tail and "{" in head and link.endswith("/" + tail):
                parent = self._world.store.by_path.get(link[: -len(tail) - 1])
                if parent is not None and parent.resource == resource.parent:
                    return list(self._world.store.get_collection(name, parent.path))
        return None
