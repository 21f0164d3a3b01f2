"""Answers to GET: lists, members, singletons, plain answers and redirects."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from conformance.mock_server import paging, tables
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.call import Answer, Call, Place
from conformance.mock_server.filters import Criterion, Filters, sort_key
from conformance.mock_server.parameters import Unreadable
from conformance.mock_server.problems import Problem, not_found, parameter
from conformance.mock_server.seams import Seams, through
from conformance.mock_server.views import Node, Views, encode
from conformance.mock_server.world.build import World
from conformance.mock_server.world.store import Collection, Record
from conformance.model import Operation, Pagination, Resource, Role

ME = "me"
_KEPT = 512


class _Members(Sequence[Record]):
    """A collection as a sequence of records in the order of keys, without a copy."""

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
    """Finds and shows what exists."""

    def __init__(self, world: World, seams: Seams, behaviours: Behaviours) -> None:
        self.world = self._world = world
        self._seams = seams
        self.behaviours = self._behaviours = behaviours
        self.views = Views(world, seams)
        self._filters: dict[str, Filters] = {}
        self._selections: dict[tuple[Any, ...], paging.Selection] = {}
        self._revision = -1

    def answer(self, call: Call) -> Answer:
        """The answer to a read, as JSON or as a table; raises Problem."""
        answer = self._answer(call)
        return tables.tabled(answer, call.operation) if answer.status == 200 and tables.wanted(call) else answer

    def _answer(self, call: Call) -> Answer:
        if special := self._behaviours.reads.get(call.operation.key):
            return special(self, call)
        role = call.operation.role
        if role is Role.LIST:
            return self._list(call)
        if role is Role.REDIRECT:
            return self._behaviours.redirect(call)
        if call.operation.resource not in self._world.shape.resources:
            self.above(call)
            return Answer(200, self._behaviours.plain(call, 200))
        return self.one(call, self.find(call))

    def expand(self, call: Call) -> tuple[Node, tuple[str, ...]]:
        """What the query asks to expand, as a tree and as sorted paths."""
        paths = tuple(sorted(set(call.every("expand")))) if call.operation.expansions else ()
        paths = through(self._seams.tree, call, paths)
        return self.views.tree(call.operation, paths), paths

    # Members

    def find(self, call: Call) -> Record:
        """The record that the path names; raises 404 where it does not exist or the caller may not see it."""
        resource = self._world.shape.resources[call.operation.resource]
        parent = self.above(call)
        if resource.singleton or not call.operation.path.startswith(resource.item_path or " "):
            found = self._single(resource, parent)
        else:
            found = self._member(call, resource, parent)
        return self.seen(call, found)

    def _single(self, resource: Resource, parent: Record | None) -> Record | None:
        members = self._world.store.collection(resource.name, parent.path if parent else "")
        return next(iter(members), None)

    def _member(self, call: Call, resource: Resource, parent: Record | None) -> Record | None:
        key = self._key(call, resource, call.values[resource.key])
        members = self._world.store.collection(resource.name, parent.path if parent else "")
        found: Record | None = through(self._seams.lookup, call, resource, members, key, members.by_key.get(key))
        return found

    def _key(self, call: Call, resource: Resource, text: str) -> str:
        if text == ME and resource.name == self._world.shape.principal and call.user:
            return call.user
        return self._world.normal(resource, text)

    def seen(self, call: Call, record: Record | None) -> Record:
        """The record, if it exists and the caller may see it; raises 404."""
        if record is None or not self.visible(call, record):
            raise not_found()
        return record

    def visible(self, call: Call, record: Record) -> bool:
        """Whether a caller may see a record: its own, shared ones, and every one where no person is behind the call."""
        free = call.user is None or record.owner is None or record.owner == call.user
        return bool(through(self._seams.visible, call, record, free))

    def above(self, call: Call) -> Record | None:
        """The record that the operation hangs under, from the path's parameters; raises 404; None at the root."""
        chain = self._world.chain(call.operation)
        parent: Record | None = None
        for resource in chain:
            members = self._world.store.collection(resource.name, parent.path if parent else "")
            key = self._key(call, resource, call.values[resource.key])
            parent = self.seen(call, members.by_key.get(key))
        return parent

    def one(self, call: Call, record: Record) -> Answer:
        """A single record, with what its query asks for."""
        tree, paths = self.expand(call)
        data = record
        criteria = self._criteria(call)
        if criteria:
            data = self._thinned(record, criteria)
        body = self.views.encoded(call, Place(data), call.operation.item_schema, tree, paths)
        return Answer(200, raw=body)

    def _thinned(self, record: Record, criteria: list[tuple[Criterion, Any]]) -> Record:
        """A copy of a singleton whose inner arrays hold only the elements that its filters let through."""
        data = dict(record.data)
        for criterion, wanted in criteria:
            name, mark, _ = criterion.filter.field.partition("[].")
            if mark and isinstance(data.get(name), list):
                inner = [Record(record.resource, "", "", data={name: [each]}) for each in data[name]]
                data[name] = [each for each, one in zip(data[name], inner, strict=True) if criterion.holds(one, wanted)]
        return Record(record.resource, record.key, "", record.parent, record.owner, record.moment, data)

    # Lists

    def _list(self, call: Call) -> Answer:
        operation = call.operation
        resource = self._world.shape.resources[operation.resource]
        parent = self.above(call)
        selection = self._selection(call, resource, parent)
        headers = {}
        if operation.pagination:
            page = self._cut(call, operation.pagination, resource, selection)
            page = through(self._seams.cut, call, selection.records, page)
            queries = paging.link_queries(call, operation.pagination, page)
        else:
            page = paging.Page(selection.records[:], 0, None, None, len(selection))
            queries = {"previous": None, "next": None}
        queries = through(self._seams.link, call, queries)
        response = operation.response(200)
        if operation.pagination or (response and any(each.name.lower() == "link" for each in response.headers)):
            headers["Link"] = paging.link_header(call.base + call.path, queries)
        return Answer(200, headers=headers, raw=self._rendered(call, page, parent))

    def _cut(self, call: Call, pagination: Pagination, resource: Resource, selection: paging.Selection) -> paging.Page:
        try:
            return paging.cut(call, pagination, resource, selection)
        except Problem as problem:
            if through(self._seams.parameter, call, "page", problem) is not None:
                raise
        own = {pagination.size, pagination.after, pagination.before, pagination.page}
        plain = replace(call, query=tuple(each for each in call.query if each[0] not in own))
        return paging.cut(plain, pagination, resource, selection)

    def _rendered(self, call: Call, page: paging.Page, parent: Record | None) -> bytes:
        tree, paths = self.expand(call)
        operation, views = call.operation, self.views
        items = b",".join(
            views.encoded(call, Place(record, True, index, page.offset + index), operation.item_schema, tree, paths)
            for index, record in enumerate(page.records)
        )
        if not operation.items_at:
            return b"[" + items + b"]"
        frame = self._behaviours.frame(call, parent)
        shown = {key: views.value(call, each, tree.below.get(key)) for key, each in frame.items()}
        return encode({**shown, operation.items_at: msgspec.Raw(b"[" + items + b"]")})

    def _selection(self, call: Call, resource: Resource, parent: Record | None) -> paging.Selection:
        members = self._world.store.collection(resource.name, parent.path if parent else "")
        criteria = self._criteria(call)
        ordering = self._ordering(call)
        if not (
            criteria or ordering or self._seams.select or self._seams.order or self._seams.visible or self._seams.match
        ):
            keys = members.visible(call.user)
            return paging.Selection(_Members(members, keys), keys)
        store = self._world.store
        if self._revision != store.revision or len(self._selections) > _KEPT:
            self._selections.clear()
            self._revision = store.revision
        key = (resource.name, parent.path if parent else "", call.user, call.operation.key, ordering, tuple(
            (criterion.filter.parameter, repr(wanted)) for criterion, wanted in criteria
        ))  # fmt: skip
        found = self._selections.get(key)
        if found is None or self._seams.select or self._seams.match or self._seams.order or self._seams.visible:
            found = self._selections[key] = self._select(call, members, criteria, ordering)
        return found

    def _select(
        self, call: Call, members: Collection, criteria: list[tuple[Criterion, Any]], ordering: str
    ) -> paging.Selection:
        match = self._seams.match
        records = [
            record
            for record in members
            if self.visible(call, record)
            and all(
                through(match, call, each.filter, record, wanted, each.holds(record, wanted))
                if match
                else each.holds(record, wanted)
                for each, wanted in criteria
            )
        ]
        key: Callable[[Record], Any] = lambda record: record.key  # noqa: E731
        if ordering:
            key = sort_key([ordering.removeprefix("-")])
            records.sort(key=key)
        if ordering.startswith("-"):
            records.reverse()
        records = through(self._seams.order, call, records)
        records = through(self._seams.select, call, records)
        if not ordering and not self._seams.order:
            return paging.Selection(records, [record.key for record in records])
        places = {record.key: place for place, record in enumerate(records)}
        return paging.Selection(records, list(range(len(records))), places.get)

    def _ordering(self, call: Call) -> str:
        ordering = call.operation.ordering
        text = call.last(ordering.parameter) if ordering else None
        if ordering is None or text is None:
            return ""
        if text.removeprefix("-") not in ordering.fields or (text.startswith("-") and not ordering.reversible):
            raise parameter(ordering.parameter, "not an ordering of this list.")
        return text

    def _criteria(self, call: Call) -> list[tuple[Criterion, Any]]:
        """The filters that the query uses, with the values to compare with; raises a problem for malformed ones."""
        operation = call.operation
        if not operation.filters:
            return []
        filters = self._filters_of(operation)
        found = []
        for criterion in filters.all:
            text = call.last(criterion.filter.parameter)
            if text is None:
                continue
            wanted = criterion.wanted(text)
            if isinstance(wanted, Unreadable):
                problem = parameter(criterion.filter.parameter, wanted.why)
                if through(self._seams.parameter, call, criterion.filter.parameter, problem) is not None:
                    raise problem
                continue
            if criterion.filter.field or criterion.rule:
                found.append((criterion, self._person(call, criterion, wanted)))
        return found

    def _person(self, call: Call, criterion: Criterion, wanted: Any) -> Any:
        return call.user if wanted == ME and ("owner" in criterion.rule or criterion.filter.by_id_of) else wanted

    def _filters_of(self, operation: Operation) -> Filters:
        if operation.key not in self._filters:
            self._filters[operation.key] = Filters(operation, self._world)
        return self._filters[operation.key]
