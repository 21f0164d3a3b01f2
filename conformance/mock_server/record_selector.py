"""Which records a list shows, and in which order: its filters, its ordering, and what the caller may see."""

from collections.abc import Sequence
from typing import Any

from conformance.mock_server import pages
from conformance.mock_server.call import ServerCall
from conformance.mock_server.filters import Criterion, OperationFilters, build_sort_key
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.parameters import UnreadableValue
from conformance.mock_server.problems import build_parameter_problem
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import RecordCollection, StoredRecord
from conformance.model import KeyKind, Operation, Resource, StatedOrder

ME = "me"
_MAX_SELECTIONS = 512


class _Members(Sequence[StoredRecord]):
    """A collection as a sequence of records in the order of its keys, without a copy."""

    def __init__(self, collection: RecordCollection, keys: list[str]) -> None:
        self._collection = collection
        self.keys = keys

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._collection.by_key[key] for key in self.keys[at]]
        return self._collection.by_key[self.keys[at]]


class RecordSelector:
    """Selects the records that a call may see and asks for."""

    def __init__(self, world: MockWorld, hooks: Hooks) -> None:
        self._world = world
        self._hooks = hooks
        self._filters: dict[str, OperationFilters] = {}
        self._selections: dict[tuple[Any, ...], pages.RecordSelection] = {}
        self._revision = -1

    def is_enforced(self, call: ServerCall, rule: str) -> bool:
        """Return whether a rule that the description states in words is enforced."""
        return bool(apply_hooks(self._hooks.rule, call, rule, True))

    def is_visible(self, call: ServerCall, record: StoredRecord) -> bool:
        """Return whether a caller may see a record: its own, a shared one, or any where no user is behind the call."""
        free = call.user is None or record.owner is None or record.owner == call.user
        return bool(apply_hooks(self._hooks.visible, call, record, free))

    def select(self, call: ServerCall, resource: Resource, parent: StoredRecord | None) -> pages.RecordSelection:
        """Return the records of a list in their order, those that the caller may see and that pass the filters.

        Raises: Problem for malformed filters, and for an ordering that the list does not have.
        """
        store, hooks = self._world.store, self._hooks
        members = store.get_collection(resource.name, parent.path if parent else "")
        criteria, ordering = self.read_criteria(call), self._read_ordering(call)
        is_hooked = bool(hooks.select or hooks.order or hooks.visible or hooks.match)
        if not (criteria or ordering or call.operation.stated_order or is_hooked):
            keys = members.list_visible_keys(call.user)
            return pages.RecordSelection(_Members(members, keys), keys)
        if is_hooked:
            return self._select_records(call, members, criteria, ordering)
        if self._revision != store.revision or len(self._selections) > _MAX_SELECTIONS:
            self._selections.clear()
            self._revision = store.revision
        values = tuple((criterion.filter.parameter, repr(expected)) for criterion, expected in criteria)
        key = (resource.name, parent.path if parent else "", call.user, call.operation.key, ordering, values)
        selection = self._selections.get(key)
        if selection is None:
            selection = self._selections[key] = self._select_records(call, members, criteria, ordering)
        return selection

    def _select_records(
        self, call: ServerCall, members: RecordCollection, criteria: list[tuple[Criterion, Any]], ordering: str
    ) -> pages.RecordSelection:
        stated = None if ordering else call.operation.stated_order
        records = [
            record
            for record in members
            if self.is_visible(call, record)
            and all(self._is_satisfied(call, criterion, record, expected) for criterion, expected in criteria)
        ]
        is_by_age = self._is_by_age(call.operation, stated, records) if stated else not ordering
        if not is_by_age:
            records.sort(key=build_sort_key([stated.field if stated else ordering.removeprefix("-")]))
        is_descending = bool(stated and stated.is_descending)
        if is_descending or ordering.startswith("-"):
            records.reverse()
        records = apply_hooks(self._hooks.order, call, records)
        records = apply_hooks(self._hooks.select, call, records)
        if is_by_age and not self._hooks.order:
            return pages.select_by_age(records, is_newest_first=is_descending)
        places = {record.key: place for place, record in enumerate(records)}
        return pages.RecordSelection(records, list(range(len(records))), places.get)

    def _is_satisfied(self, call: ServerCall, criterion: Criterion, record: StoredRecord, expected: Any) -> bool:
        is_satisfied = criterion.is_satisfied_by(record, expected)
        match = self._hooks.match
        return bool(
            apply_hooks(match, call, criterion.filter, record, expected, is_satisfied) if match else is_satisfied
        )

    def _is_by_age(self, operation: Operation, stated: StatedOrder, records: list[StoredRecord]) -> bool:
        """Return whether a stated order is that of the keys: by time, or by no property that the records have."""
        has_field = any(stated.field in record.data for record in records)
        return not has_field or self._world.shape.resources[operation.resource].key_kind is KeyKind.TIMESTAMP

    def _read_ordering(self, call: ServerCall) -> str:
        ordering = call.operation.ordering
        text = call.last_query_value(ordering.parameter) if ordering else None
        if ordering is None or text is None:
            return ""
        is_known = text.removeprefix("-") in ordering.fields and (ordering.reversible or not text.startswith("-"))
        if not is_known and not self.is_enforced(call, "unknown-order"):
            raise build_parameter_problem(ordering.parameter, "not an ordering of this list.")
        return text if is_known else ""

    def read_criteria(self, call: ServerCall) -> list[tuple[Criterion, Any]]:
        """Return the filters that the query uses, with the values to compare with.

        Raises: Problem for malformed values.
        """
        operation = call.operation
        if not operation.filters:
            return []
        filters = self._get_filters(operation)
        criteria = []
        for criterion in filters.all:
            text = call.last_query_value(criterion.filter.parameter)
            if text is None:
                continue
            expected = criterion.convert_value(text)
            if isinstance(expected, UnreadableValue):
                problem = build_parameter_problem(criterion.filter.parameter, expected.reason)
                if apply_hooks(self._hooks.parameter, call, criterion.filter.parameter, problem) is not None:
                    raise problem
                continue
            if criterion.filter.field or criterion.rule:
                criteria.append((criterion, self._resolve_me(call, criterion, expected)))
        return criteria

    def _resolve_me(self, call: ServerCall, criterion: Criterion, expected: Any) -> Any:
        return call.user if expected == ME and ("owner" in criterion.rule or criterion.filter.by_id_of) else expected

    def _get_filters(self, operation: Operation) -> OperationFilters:
        if operation.key not in self._filters:
            self._filters[operation.key] = OperationFilters(operation, self._world)
        return self._filters[operation.key]
