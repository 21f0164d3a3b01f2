"""A world built from a description, a seed and a time, in three steps.

1. Every record gets its key, path, owner and moment, so that links can be drawn to things not yet filled.
2. Each is filled from its schema; links are drawn to records of the same owner.
3. Links that mirror others, parts of wholes and sums are set.
"""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from typing import Any
from zlib import crc32

from conformance.description import Description
from conformance.mock_server import clock
from conformance.mock_server.validators import RequestValidators
from conformance.mock_server.world.coherence import make_coherent
from conformance.mock_server.world.dependent_links import settle_links
from conformance.mock_server.world.links import LinkDrawer
from conformance.mock_server.world.schema_compiler import RecordContext, SchemaCompiler, ValueCounter, ValueMaker
from conformance.mock_server.world.shape import WorldShape
from conformance.mock_server.world.store import RecordStore, StoredRecord
from conformance.mock_server.world.ulid import create_ulid
from conformance.model import KeyKind, Operation, Resource

_OWNER_POSITIONS = (0, 1, 0, 1, 2, 3, 0, 1, 4)  # the first two users own most
_AGE = 400 * clock.DAY
_STEP = 30 * clock.MINUTE
_PAGED_SIZES = (33, 27, 3, 1, 6, 0, 2, 5)  # the first two parents have several pages of each kind of log
_UNPAGED_SIZES = (3, 2, 4, 1)
_MAX_INTEGER_KEY = 1_000_000


def build_world(
    description: Description, seed: int, now: int, create_id: Callable[[int, random.Random], str] | None = None
) -> "MockWorld":
    """Return the world of that seed at that time in microseconds; the same arguments give the same world.

    `create_id` returns the part of an id after its prefix (default: a ULID).
    """
    return MockWorld(description, seed, now, create_id or create_ulid)


class MockWorld:
    """A store filled from a description, and what is needed to grow more of it."""

    def __init__(
        self,
        description: Description,
        seed: int,
        now: int,
        create_id: Callable[[int, random.Random], str] = create_ulid,
    ) -> None:
        self.description = description
        self._create_id = create_id
        self.seed = seed
        self.now = now
        self.shape = WorldShape(description)
        self.store = RecordStore()
        self.schema_compiler = SchemaCompiler(description)
        self.request_validators = RequestValidators(description)  # compiled once for all copies
        self.links = LinkDrawer(self.shape, self.store)
        self._makers: dict[str, ValueMaker] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self._chains: dict[str, tuple[Resource, ...]] = {}
        self.counts: dict[ValueCounter, int] = {}
        for name in self._order_resources():
            self._add_collections(self.shape.resources[name])
        for record in tuple(self._iterate_records()):
            self.fill_record(record)
        settle_links(self.shape, self.store)

    def copy(self) -> "MockWorld":
        """Return a world with copies of all records, at a fraction of the cost of building one."""
        world = copy(self)
        world.store = self.store.copy()
        world.links = self.links.copy(world.store)
        world.counts = dict(self.counts)
        return world

    def normalize_key(self, resource: Resource, text: str) -> str:
        """Return a key as the store holds it: times in UTC with six decimals, everything else unchanged."""
        if resource.key_kind is KeyKind.TIMESTAMP and (moment := clock.parse_time(text)) is not None:
            return clock.format_time(moment)
        return text

    def find_ancestors(self, operation: Operation) -> tuple[Resource, ...]:
        """Return the resources whose members the path of an operation passes through, outermost first."""
        if operation.key not in self._chains:
            above = [
                resource
                for resource in self.shape.resources.values()
                if "}" in resource.item_path
                and not resource.singleton
                and operation.path.startswith((resource.item_path + "/", resource.item_path + ":"))
            ]
            self._chains[operation.key] = tuple(sorted(above, key=lambda resource: len(resource.item_path)))
        return self._chains[operation.key]

    def create_rng(self, *parts: object) -> random.Random:
        """Return a random generator that depends on the seed and the given words only."""
        return random.Random(crc32("/".join(map(str, (self.seed, *parts))).encode()))  # noqa: S311

    def _order_resources(self) -> list[str]:
        """Return the names of all resources: people first, then parents before children."""

        def depth(name: str) -> int:
            parent = self.shape.resources[name].parent
            return 1 + depth(parent) if parent in self.shape.resources else 0

        return sorted(self.shape.resources, key=lambda n: (n != self.shape.user_resource, depth(n), n))

    def _iterate_records(self) -> Iterator[StoredRecord]:
        for name in self._order_resources():
            yield from self.store.iterate_records(name)

    def _add_collections(self, resource: Resource) -> None:
        rng = self.create_rng("plant", resource.name)
        if resource.parent not in self.shape.resources:
            self._add_records(resource, None, self._count_at_root(resource), rng)
            return
        paged = resource.name in self.shape.lists_by_resource and self.shape.lists_by_resource[resource.name].pagination
        for ordinal, parent in enumerate(tuple(self.store.iterate_records(resource.parent))):
            sizes = _PAGED_SIZES if paged else _UNPAGED_SIZES
            size = (
                1
                if resource.singleton
                else sizes[min(ordinal, ordinal % (len(sizes) - 2) + 2) if ordinal > 1 else ordinal]
            )
            self._add_records(resource, parent, size, rng)

    def _count_at_root(self, resource: Resource) -> int:
        return 1 if resource.singleton else self.shape.collection_sizes.get(resource.name, 0)

    def _add_records(self, resource: Resource, parent: StoredRecord | None, size: int, rng: random.Random) -> None:
        names = self.list_key_names(resource)
        if resource.key_kind is KeyKind.NAME and not resource.singleton:
            size = min(size, len(names)) if parent else len(names)
        for index in range(size):
            moment = self._draw_moment(resource, index, size, rng)
            key = (
                names[index]
                if resource.key_kind is KeyKind.NAME and not resource.singleton
                else self.create_key(resource, moment, rng)
            )
            record = StoredRecord(resource.name, key, self.build_path(resource, parent, key), parent, None, moment)
            record.owner = self._choose_owner(resource, record, index)
            self.store.add(record, quiet=True)

    def _draw_moment(self, resource: Resource, index: int, size: int, rng: random.Random) -> int:
        if resource.key_kind is KeyKind.TIMESTAMP or resource.parent:
            grid = self.now - self.now % _STEP - 2 * clock.DAY
            chance = 0 if "interval_seconds" in self._get_properties(resource) else rng.randrange(10 * clock.MINUTE)
            return grid - (size - index) * _STEP + chance
        return self.now - _AGE + (index * 300 + rng.randrange(300)) * clock.DAY // max(size, 1)

    def _get_properties(self, resource: Resource) -> dict[str, Any]:
        properties: dict[str, Any] = self.get_schema(resource).get("properties", {})
        return properties

    def get_schema(self, resource: Resource) -> dict[str, Any]:
        """Return the folded schema of a resource, in its fullest form."""
        if resource.name not in self._schemas:
            schema = self.description.resolve(resource.schema) if resource.schema else {}
            self._schemas[resource.name] = self.schema_compiler.fold_schema(schema)
        return self._schemas[resource.name]

    def list_key_names(self, resource: Resource) -> list[str]:
        """Return the words that identify the members of a collection keyed by name; empty for others."""
        if resource.key_kind is not KeyKind.NAME:
            return []
        for operation in self.shape.model.operations:
            for parameter in operation.path_parameters:
                if (
                    operation.path == resource.item_path
                    and parameter.name == resource.key
                    and "enum" in parameter.schema
                ):
                    return sorted(map(str, parameter.schema["enum"]))
        field = self._get_properties(resource).get(resource.key_field, {})
        return sorted(map(str, self.schema_compiler.fold_schema(field).get("enum", ())))

    def create_key(self, resource: Resource, moment: int, rng: random.Random) -> str:
        """Return a new key for a record of that time: an id, or the time itself."""
        if resource.singleton:
            return ""
        if resource.key_kind is KeyKind.ID and (typed := self._create_typed_key(resource, rng)):
            return typed
        if resource.key_kind is KeyKind.ID and (resource.key or resource.key_field):
            return (resource.prefix or resource.name.rpartition(".")[2][:4].lower()) + self._create_id(
                moment // clock.MILLISECOND, rng
            )
        return clock.format_time(moment)

    def _create_typed_key(self, resource: Resource, rng: random.Random) -> str:
        """Return a key of the type that the description gives to ids without a prefix; empty where it gives none."""
        schemas = [] if resource.prefix else self._list_key_schemas(resource)
        if any("integer" in _list_types(schema) for schema in schemas):
            return str(rng.randrange(1, _MAX_INTEGER_KEY))
        if any(schema.get("format") == "uuid" for schema in schemas):
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        return ""

    def _list_key_schemas(self, resource: Resource) -> list[dict[str, Any]]:
        """Return the schemas of a key: of the property of a record, and of the last parameter of its path."""
        field = self._get_properties(resource).get(resource.key_field)
        parameters = (
            parameter.schema
            for operation in self.shape.model.operations
            if operation.path == resource.item_path
            for parameter in operation.path_parameters
            if parameter.name == resource.key
        )
        return [self.schema_compiler.fold_schema(schema) for schema in (field, *parameters) if schema]

    def show_key(self, resource: Resource, key: str) -> Any:
        """Return a key as the property of a record shows it: a number where the description says so."""
        field = self._get_properties(resource).get(resource.key_field)
        is_number = "integer" in _list_types(self.schema_compiler.fold_schema(field or {}))
        return int(key) if is_number and key.isdecimal() else key

    def build_path(self, resource: Resource, parent: StoredRecord | None, key: str) -> str:
        """Return the path of a record below the base URL; empty where it has no address of its own."""
        template = resource.item_path
        if not template and resource.list_path and resource.key_field:
            template = f"{resource.list_path}/{{key}}"
        if not template:
            return ""
        own = template.rpartition("/")[2]
        filled = (
            own[: own.index("{")] + key + own[own.index("}") + 1 :] if "{" in own and not resource.singleton else own
        )
        above = self.build_parent_path(template, parent)
        return f"{above}/{filled}" if not filled.startswith(":") else above + filled

    def build_parent_path(self, template: str, parent: StoredRecord | None) -> str:
        """Return the part of a record's path before its own segment, with the parent's address filled in."""
        head = template.rpartition("/")[0]
        if parent is None:
            return head
        above = self.shape.resources[parent.resource].item_path
        return parent.path + head[len(above) :]

    def _choose_owner(self, resource: Resource, record: StoredRecord, index: int) -> str | None:
        if resource.name == self.shape.user_resource:
            return record.key
        if resource.name not in self.shape.owned_resources:
            return None
        if record.parent is not None:
            return record.parent.owner
        users = self.store.get_collection(self.shape.user_resource).keys
        return users[_OWNER_POSITIONS[index % len(_OWNER_POSITIONS)] % len(users)] if users else None

    def fill_record(self, record: StoredRecord) -> None:
        """Grow the data of a record from the schema of its resource."""
        resource = self.shape.resources[record.resource]
        if not resource.schema:
            return
        if (maker := self._makers.get(resource.name)) is None:
            maker = self._makers[resource.name] = self.schema_compiler.compile_maker(
                self.description.resolve(resource.schema)
            )
        ordinal = self.links.take_ordinal(record)
        rng = self.create_rng(record.path or record.key, record.parent.path if record.parent else "")
        seedling = RecordContext(
            rng, record.moment, self.now, ordinal, self.links.create_link_function(record, ordinal), self.counts
        )
        grown = maker(seedling)
        make_coherent(grown)
        record.data = grown if isinstance(grown, dict) else {"": grown}
        self._add_listed_fields(resource, record, seedling)
        has_key = resource.key_field in record.data or resource.key_field in self._get_properties(resource)
        if has_key and record.key:  # a singleton has none: its id is grown like other properties
            record.data[resource.key_field] = self.show_key(resource, record.key)

    def _add_listed_fields(self, resource: Resource, record: StoredRecord, seedling: RecordContext) -> None:
        """Add the fields that the list of a resource requires and its single read does not have.

        A single read may wrap what the list shows in an object, `{"data": {…}}`: the same values are taken then.
        """
        operation = self.description.model.operations_by_key.get(f"GET {resource.list_path}")
        if operation is None or not operation.item_schema or operation.item_schema == resource.schema:
            return
        schema = self.description.resolve(operation.item_schema)
        required = self.schema_compiler.fold_schema(schema).get("required", ())
        missing = [name for name in required if name not in record.data]
        if not missing:
            return
        wrapped = [value for value in record.data.values() if isinstance(value, dict) and set(missing) <= value.keys()]
        if not wrapped:
            listed = self.schema_compiler.compile_maker(schema)(replace(seedling, counts={}))
            wrapped = [listed] if isinstance(listed, dict) else []
        record.data |= {name: wrapped[0][name] for name in missing if wrapped and name in wrapped[0]}


def _list_types(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the types that a folded schema names."""
    named = schema.get("type", ())
    return frozenset((named,) if isinstance(named, str) else named)
