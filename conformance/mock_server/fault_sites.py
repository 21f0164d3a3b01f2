"""The places of a world where a fault can be seeded."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Expansion, Filter, LinkKind, Operation, Operator, Role, Scheme

T = TypeVar("T")

PAGE_SIZE = 25  # items of a page, where a request names no size
_WRITABLE_EFFECTS = frozenset({Effect.NONE, Effect.WRITE})  # the effects of writes below profile deep


class FaultSite:
    """The operations of one world where a fault can be installed, selected by what they do, never by name.

    The choice follows from the world's seed and the fault's name, so that the same seed gives the same server.
    """

    def __init__(self, world: MockWorld, name: str) -> None:
        self.world = world
        self.model = world.shape.model
        self._rng = world.create_rng("fault", name)

    def pick(self, options: Iterable[T]) -> T | None:
        """Return one of the options, the same for the same seed; None where there is none."""
        candidates = list(options)
        return self._rng.choice(candidates) if candidates else None

    def count_records(self, operation: Operation) -> int:
        """Return how many records an operation may show, of all parents together; 0 for plain responses."""
        return (
            self.world.store.count_records(operation.resource)
            if operation.resource in self.world.shape.resources
            else 0
        )

    def count_resource(self, resource: str) -> int:
        """Return how many records of a resource there are."""
        return self.world.store.count_records(resource)

    def siblings(self, record: StoredRecord) -> list[StoredRecord]:
        """Return the other records of the same collection."""
        collection = self.world.store.get_collection(record.resource, record.parent.path if record.parent else "")
        return [sibling for sibling in collection if sibling is not record]

    def with_roles(self, *roles: Role) -> list[Operation]:
        """Return the operations of these roles whose resource has records."""
        return [
            operation
            for operation in self.model.operations
            if operation.role in roles and self.count_records(operation)
        ]

    def find_resources(self, names: Iterable[str]) -> list[str]:
        """Return the resources with a record that holds values at all these properties, by name."""
        needed = tuple(names)
        return sorted(
            resource
            for resource in self.world.shape.resources
            if any(
                all(record.data.get(name) is not None for name in needed)
                for record in self.world.store.iterate_records(resource)
            )
        )

    def find_readers(self, resource: str) -> list[Operation]:
        """Return the operations that show a resource: its own, and those with an expansion that leads to it."""
        return [
            operation
            for operation in self.model.operations
            if operation.resource == resource or any(expansion.target == resource for expansion in operation.expansions)
        ]

    def root_lists(self, min_count: int = 2) -> list[Operation]:
        """Return the root lists with at least that many members that need no parameter."""
        lists = [
            operation
            for operation in self.with_roles(Role.LIST)
            if self.count_records(operation) >= min_count and "{" not in operation.path
        ]
        return [
            operation
            for operation in lists
            if not any(p.required for p in operation.parameters) and not operation.user_required
        ]

    def paged_lists(self, *schemes: Scheme, min_count: int = 2 * PAGE_SIZE) -> list[Operation]:
        """Return the root lists of several pages at the default size."""
        return [
            operation
            for operation in self.root_lists(min_count)
            if operation.pagination
            and operation.pagination.size
            and (not schemes or operation.pagination.scheme in schemes)
        ]

    def root_items(self) -> list[Operation]:
        """Return the reads of one member of a root collection by its id."""
        resources = self.world.shape.resources
        items = [operation for operation in self.with_roles(Role.ITEM) if not resources[operation.resource].parent]
        return [
            operation
            for operation in items
            if resources[operation.resource].prefix and self.count_records(operation) > 1
        ]

    def expansions(
        self, *roles: Role, depth: int = 1, many: bool = False, min_count: int = 2
    ) -> list[tuple[Operation, Expansion]]:
        """Return expansions that change something, at that depth, of a single link or of a list of links."""
        pairs = []
        for operation in self.with_roles(*(roles or (Role.LIST, Role.ITEM))):
            if (
                "{" in operation.path.rpartition("/")[0]
                or self.count_records(operation) < min_count
                or operation.user_required
            ):
                continue
            for expansion in operation.expansions:
                levels = expansion.path.count(".") + 1
                if (
                    expansion.resolvable
                    and expansion.target
                    and expansion.many is many
                    and levels == depth
                    and self._has_link(operation, expansion)
                ):
                    pairs.append((operation, expansion))
        return pairs

    def _has_link(self, operation: Operation, expansion: Expansion) -> bool:
        """Return whether the first record of the operation holds the link at the first level."""
        head = expansion.path.partition(".")[0]
        records = list(self.world.store.iterate_records(operation.resource))
        return bool(records) and isinstance(records[0].data.get(head), str | list) and bool(records[0].data.get(head))

    def filters(self, *operators: Operator, min_count: int = 5) -> list[tuple[Operation, Filter]]:
        """Return the filters on a field of a root list, with these operators (any if none is given)."""
        return [
            (operation, query_filter)
            for operation in self.root_lists(min_count)
            for query_filter in operation.filters
            if query_filter.field
            and "[]" not in query_filter.field
            and (not operators or query_filter.operator in operators)
        ]

    def dividing_filters(self) -> list[tuple[Operation, Filter]]:
        """Return filters by equality with a value that several records share and others do not."""
        pairs = []
        for operation, query_filter in self.filters(Operator.EQ, min_count=12):
            values = [
                str(record.data.get(query_filter.field))
                for record in self.world.store.iterate_records(operation.resource)
            ]
            if values[0] != "None" and 4 <= values.count(values[0]) < len(values):
                pairs.append((operation, query_filter))
        return pairs

    def secured_operations(self, *roles: Role) -> list[Operation]:
        """Return operations that need a scope, of these roles (lists and members if none is given)."""
        operations = self.with_roles(*(roles or (Role.LIST, Role.ITEM)))
        return [
            operation
            for operation in operations
            if operation.is_secured
            and operation.scopes
            and not any(p.required and p.location == "query" for p in operation.parameters)
        ]

    def owned_operations(self, *roles: Role) -> list[Operation]:
        """Return the operations at the root on resources that belong to users."""
        owned = self.world.shape.owned_resources - {self.world.shape.user_resource}
        return [
            operation
            for operation in self.with_roles(*roles)
            if operation.resource in owned and operation.path.count("{") <= 1
        ]

    def personal_operations(self, *roles: Role) -> list[Operation]:
        """Return the operations at the root on resources with ids whose owner is documented."""
        return [
            operation
            for operation in self.owned_operations(*roles)
            if operation.resource in self.model.personal_resources
            and self.world.shape.resources[operation.resource].prefix
            and not (operation.role is Role.LIST and "{" in operation.path)
        ]

    def properties(self, operation: Operation) -> dict[str, dict[str, Any]]:
        """Return the documented properties of an item, folded."""
        if not operation.item_schema:
            return {}
        flat = self.world.schema_compiler.fold_schema
        schema = flat(self.world.description.resolve(operation.item_schema))
        return {name: flat(subschema) for name, subschema in schema.get("properties", {}).items()}

    def with_property(
        self, operations: Iterable[Operation], is_match: Callable[[str, Mapping[str, Any]], bool]
    ) -> list[tuple[Operation, str]]:
        """Return operations and the names of matching properties that hold a value in all records looked at."""
        pairs = []
        for operation in operations:
            records = list(self.world.store.iterate_records(operation.resource))[:40]
            for name, schema in self.properties(operation).items():
                if is_match(name, schema) and records and all(record.data.get(name) is not None for record in records):
                    pairs.append((operation, name))
        return pairs

    def links(
        self, operations: Iterable[Operation], *kinds: LinkKind, many: bool = False
    ) -> list[tuple[Operation, str]]:
        """Return operations and the names of links at the first level that hold a value in their first record."""
        pairs = []
        for operation in operations:
            first = next(iter(self.world.store.iterate_records(operation.resource)), None)
            for link in self.world.shape.list_links(operation.resource) if first else ():
                kind = link.kind in (kinds or (LinkKind.ITEM,)) and link.many is many and "." not in link.path
                if kind and first is not None and first.data.get(link.path) and link.path in self.properties(operation):
                    pairs.append((operation, link.path))
        return pairs

    def body_writes(self, *roles: Role) -> list[Operation]:
        """Return writes with a JSON body on existing resources that control no hardware and move no money."""
        operations = [
            operation
            for operation in self.with_roles(*(roles or (Role.CREATE, Role.UPDATE)))
            if operation.effect in _WRITABLE_EFFECTS
        ]
        return [
            operation
            for operation in operations
            if operation.body and operation.body.media and operation.body.media[0].schema
        ]

    def has_plain_change(self, operation: Operation) -> bool:
        """Return whether a plain value of one writable property can be exchanged for another one, and shows."""
        required = self.world.schema_compiler.fold_schema(
            self.world.description.resolve(operation.body.media[0].schema) if operation.body else {}
        ).get("required", ())
        shown = self.properties(operation)
        kinds = {"string", "integer", "number", "boolean"}
        return not required and any(
            name in shown and kinds & {*([kind] if isinstance(kind := schema.get("type", ""), str) else kind)}
            for name, schema in self.writable_properties(operation).items()
        )

    def writable_properties(self, operation: Operation) -> dict[str, dict[str, Any]]:
        """Return the properties of a write's body that are not read-only, folded."""
        flat = self.world.schema_compiler.fold_schema
        if operation.body is None or not operation.body.media or not operation.body.media[0].schema:
            return {}
        schema = flat(self.world.description.resolve(operation.body.media[0].schema))
        properties = {name: flat(subschema) for name, subschema in schema.get("properties", {}).items()}
        return {name: subschema for name, subschema in properties.items() if not subschema.get("readOnly")}
