"""Responses to GET: lists, members, singletons, plain responses and redirects."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from conformance.mock_server import pages, tables
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.call import Answer, Call, Place
from conformance.mock_server.filters import Criterion, Filters, sort_key
from conformance.mock_server.hooks import Seams, through
from conformance.mock_server.parameters import Unreadable
from conformance.mock_server.problems import Problem, not_found, parameter
from conformance.mock_server.renderer import Node, Views, encode
from conformance.mock_server.world.builder import World
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Operation, Pagination, Resource, Role

ME = "me"
_MAX_SELECTIONS = 512


class _Members(Sequence[Record]):
    """A collection as a sequence of records in the order of its keys, without a copy."""

    def __init__(self, collection: Collection, keys: list[str]) -> None:
        self._collection = collection
        self.keys = keys

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._collection.by_key[key] for key in self.keys[at]]
        return self._collection.by_key[self.keys[at]]


class Reads:
    """The reading side of the server: finds records and renders them."""

    def __init__(self, world: World, hooks: Seams, behaviours: Behaviours) -> None:
        self.world = world
        self._hooks = hooks
        self.behaviours = behaviours
        self.views = Views(world, hooks)
        self._filters: dict[str, Filters] = {}
        self._selections: dict[tuple[Any, ...], pages.Selection] = {}
        self._revision = -1

    def answer(self, call: Call) -> Answer:
        """Return the response to a read, as JSON or as a table.

        Raises: Problem.
        """
        response = self._dispatch(call)
        return tables.tabled(response, call.operation) if response.status == 200 and tables.wanted(call) else response

    def _dispatch(self, call: Call) -> Answer:
        if special := self.behaviours.reads.get(call.operation.key):
            return special(self, call)
        role = call.operation.role
        if role is Role.LIST:
            return self._handle_list(call)
        if role is Role.REDIRECT:
            return self.behaviours.redirect(call)
        if call.operation.resource not in self.world.shape.resources:
            self.above(call)
            return Answer(200, self.behaviours.plain(call, 200))
        return self.one(call, self.find(call))

    def expand(self, call: Call) -> tuple[Node, tuple[str, ...]]:
        """Return the expansions of the query, as a tree and as sorted paths."""
        paths = tuple(sorted(set(call.every("expand")))) if call.operation.expansions else ()
        paths = through(self._hooks.tree, call, paths)
        return self.views.tree(call.operation, paths), paths

    # Members

    def find(self, call: Call) -> Record:
        """Return the record that the path names.

        Raises: Problem with status 404 where it does not exist or the caller may not see it.
        """
        resource = self.world.shape.resources[call.operation.resource]
        parent = self.above(call)
        if resource.singleton or not call.operation.path.startswith(resource.item_path or " "):
            record = self._find_singleton(resource, parent)
        else:
            record = self._find_member(call, resource, parent)
        return self.seen(call, record)

    def _find_singleton(self, resource: Resource, parent: Record | None) -> Record | None:
        members = self.world.store.collection(resource.name, parent.path if parent else "")
        return next(iter(members), None)

    def _find_member(self, call: Call, resource: Resource, parent: Record | None) -> Record | None:
        key = self._normalize_key(call, resource, call.values[resource.key])
        members = self.world.store.collection(resource.name, parent.path if parent else "")
        record: Record | None = through(self._hooks.lookup, call, resource, members, key, members.by_key.get(key))
        return record

    def _normalize_key(self, call: Call, resource: Resource, text: str) -> str:
        if text == ME and resource.name == self.world.shape.principal and call.user:
            return call.user
        return self.world.normal(resource, text)

    def seen(self, call: Call, record: Record | None) -> Record:
        """Return the record if it exists and the caller may see it.

        Raises: Problem with status 404.
        """
        if record is None or not self.visible(call, record):
            raise not_found()
        return record

    def visible(self, call: Call, record: Record) -> bool:
        """Return whether a caller may see a record: its own, a shared one, or any where no user is behind the call."""
        free = call.user is None or record.owner is None or record.owner == call.user
        return bool(through(self._hooks.visible, call, record, free))

    def above(self, call: Call) -> Record | None:
        """Return the record that the operation is below, from the parameters of the path; None at the root.

        Raises: Problem with status 404.
        """
        chain = self.world.chain(call.operation)
        parent: Record | None = None
        for resource in chain:
            members = self.world.store.collection(resource.name, parent.path if parent else "")
            key = self._normalize_key(call, resource, call.values[resource.key])
            parent = self.seen(call, members.by_key.get(key))
        return parent

    def one(self, call: Call, record: Record) -> Answer:
        """Return the response with a single record, with the expansions of the query."""
        tree, paths = self.expand(call)
        data = record
        criteria = self._read_criteria(call)
        if criteria:
            data = self._filter_inner_arrays(record, criteria)
        body = self.views.encoded(call, Place(data), call.operation.item_schema, tree, paths)
        return Answer(200, raw=body)

    def _filter_inner_arrays(self, record: Record, criteria: list[tuple[Criterion, Any]]) -> Record:
        """Return a copy of a singleton whose inner arrays hold only the elements that pass its filters."""
        data = dict(record.data)
        for criterion, expected in criteria:
            name, mark, _ = criterion.filter.field.partition("[].")
            if mark and isinstance(data.get(name), list):
                inner = [Record(record.resource, "", "", data={name: [element]}) for element in data[name]]
                data[name] = [
                    element
                    for element, element_record in zip(data[name], inner, strict=True)
                    if criterion.holds(element_record, expected)
                ]
        return Record(record.resource, record.key, "", record.parent, record.owner, record.moment, data)

    # Lists

    def _handle_list(self, call: Call) -> Answer:
        operation = call.operation
        resource = self.world.shape.resources[operation.resource]
        parent = self.above(call)
        selection = self._get_selection(call, resource, parent)
        headers = {}
        if operation.pagination:
            page = self._cut_page(call, operation.pagination, resource, selection)
            page = through(self._hooks.cut, call, selection.records, page)
            queries = pages.link_queries(call, operation.pagination, page)
        else:
            page = pages.Page(selection.records[:], 0, None, None, len(selection))
            queries = {"previous": None, "next": None}
        queries = through(self._hooks.link, call, queries)
        response = operation.response(200)
        if operation.pagination or (response and any(header.name.lower() == "link" for header in response.headers)):
            headers["Link"] = pages.link_header(call.base + call.path, queries)
        return Answer(200, headers=headers, raw=self._render_page(call, page, parent))

    def _cut_page(
        self, call: Call, pagination: Pagination, resource: Resource, selection: pages.Selection
    ) -> pages.Page:
        try:
            return pages.cut(call, pagination, resource, selection)
        except Problem as problem:
            if through(self._hooks.parameter, call, "page", problem) is not None:
                raise
        paging_names = {pagination.size, pagination.after, pagination.before, pagination.page}
        plain = replace(call, query=tuple(pair for pair in call.query if pair[0] not in paging_names))
        return pages.cut(plain, pagination, resource, selection)

    def _render_page(self, call: Call, page: pages.Page, parent: Record | None) -> bytes:
        tree, paths = self.expand(call)
        operation, views = call.operation, self.views
        items = b",".join(
            views.encoded(call, Place(record, True, index, page.offset + index), operation.item_schema, tree, paths)
            for index, record in enumerate(page.records)
        )
        if not operation.items_at:
            return b"[" + items + b"]"
        frame = self.behaviours.frame(call, parent)
        shown = {key: views.value(call, value, tree.below.get(key)) for key, value in frame.items()}
        return encode({**shown, operation.items_at: msgspec.Raw(b"[" + items + b"]")})

    def _get_selection(self, call: Call, resource: Resource, parent: Record | None) -> pages.Selection:
        members = self.world.store.collection(resource.name, parent.path if parent else "")
        criteria = self._read_criteria(call)
        ordering = self._read_ordering(call)
        if not (
            criteria or ordering or self._hooks.select or self._hooks.order or self._hooks.visible or self._hooks.match
        ):
            keys = members.visible(call.user)
            return pages.Selection(_Members(members, keys), keys)
        store = self.world.store
        if self._revision != store.revision or len(self._selections) > _MAX_SELECTIONS:
            self._selections.clear()
            self._revision = store.revision
        key = (resource.name, parent.path if parent else "", call.user, call.operation.key, ordering, tuple(
            (criterion.filter.parameter, repr(expected)) for criterion, expected in criteria
        ))  # fmt: skip
        selection = self._selections.get(key)
        if selection is None or self._hooks.select or self._hooks.match or self._hooks.order or self._hooks.visible:
            selection = self._selections[key] = self._select_records(call, members, criteria, ordering)
        return selection

    def _select_records(
        self, call: Call, members: Collection, criteria: list[tuple[Criterion, Any]], ordering: str
    ) -> pages.Selection:
        match = self._hooks.match
        records = [
            record
            for record in members
            if self.visible(call, record)
            and all(
                through(match, call, criterion.filter, record, expected, criterion.holds(record, expected))
                if match
                else criterion.holds(record, expected)
                for criterion, expected in criteria
            )
        ]
        key: Callable[[Record], Any] = lambda record: record.key  # noqa: E731
        if ordering:
            key = sort_key([ordering.removeprefix("-")])
            records.sort(key=key)
        if ordering.startswith("-"):
            records.reverse()
        records = through(self._hooks.order, call, records)
        records = through(self._hooks.select, call, records)
        if not ordering and not self._hooks.order:
            return pages.Selection(records, [record.key for record in records])
        places = {record.key: place for place, record in enumerate(records)}
        return pages.Selection(records, list(range(len(records))), places.get)

    def _read_ordering(self, call: Call) -> str:
        ordering = call.operation.ordering
        text = call.last(ordering.parameter) if ordering else None
        if ordering is None or text is None:
            return ""
        if text.removeprefix("-") not in ordering.fields or (text.startswith("-") and not ordering.reversible):
            raise parameter(ordering.parameter, "not an ordering of this list.")
        return text

    def _read_criteria(self, call: Call) -> list[tuple[Criterion, Any]]:
        """Return the filters that the query uses, with the values to compare with.

        Raises: Problem for malformed values.
        """
        operation = call.operation
        if not operation.filters:
            return []
        filters = self._get_filters(operation)
        criteria = []
        for criterion in filters.all:
            text = call.last(criterion.filter.parameter)
            if text is None:
                continue
            expected = criterion.wanted(text)
            if isinstance(expected, Unreadable):
                problem = parameter(criterion.filter.parameter, expected.why)
                if through(self._hooks.parameter, call, criterion.filter.parameter, problem) is not None:
                    raise problem
                continue
            if criterion.filter.field or criterion.rule:
                criteria.append((criterion, self._resolve_me(call, criterion, expected)))
        return criteria

    def _resolve_me(self, call: Call, criterion: Criterion, expected: Any) -> Any:
        return call.user if expected == ME and ("owner" in criterion.rule or criterion.filter.by_id_of) else expected

    def _get_filters(self, operation: Operation) -> Filters:
        if operation.key not in self._filters:
            self._filters[operation.key] = Filters(operation, self.world)
        return self._filters[operation.key]
