"""Responses to GET: lists, members, singletons, plain responses and redirects."""

from dataclasses import replace
from typing import Any

import msgspec

from conformance.mock_server import pages, tables
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.call import RecordPosition, ServerCall, ServerResponse
from conformance.mock_server.filters import Criterion
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.problems import Problem, build_not_found
from conformance.mock_server.record_selector import ME, RecordSelector
from conformance.mock_server.renderer import ExpansionNode, RecordRenderer, encode_json
from conformance.mock_server.stated_rules import QUERY_RULES
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Pagination, Resource, Role, StatedOrder


class ReadHandler:
    """The reading side of the server: finds records and renders them."""

    def __init__(self, world: MockWorld, hooks: Hooks, behaviours: Behaviours) -> None:
        self.world = world
        self._hooks = hooks
        self.behaviours = behaviours
        self.views = RecordRenderer(world, hooks)
        self._selector = RecordSelector(world, hooks)
        self.is_enforced = self._selector.is_enforced
        self.is_visible = self._selector.is_visible

    def handle(self, call: ServerCall) -> ServerResponse:
        """Return the response to a read, as JSON or as a table.

        Raises: Problem.
        """
        response = self._dispatch(call)
        return (
            tables.convert_to_table(response, call.operation)
            if response.status == 200 and tables.is_csv_preferred(call)
            else response
        )

    def _dispatch(self, call: ServerCall) -> ServerResponse:
        for name, rule in QUERY_RULES.get(call.operation.key, {}).items():
            if self.is_enforced(call, name):
                rule(self.world, call)
        if special := self.behaviours.reads.get(call.operation.key):
            return special(self, call)
        role = call.operation.role
        if role is Role.LIST:
            return self._handle_list(call)
        if role is Role.REDIRECT:
            return self.behaviours.build_redirect(call)
        if call.operation.resource not in self.world.shape.resources:
            self.find_parent(call)
            return self.behaviours.build_plain_response(call)
        return self.build_record_response(call, self.find_record(call))

    def read_expansions(self, call: ServerCall) -> tuple[ExpansionNode, tuple[str, ...]]:
        """Return the expansions of the query, as a tree and as sorted paths."""
        paths = tuple(sorted(set(call.query_values("expand")))) if call.operation.expansions else ()
        paths = apply_hooks(self._hooks.tree, call, paths)
        return self.views.build_expansion_tree(call.operation, paths), paths

    # Members

    def find_record(self, call: ServerCall) -> StoredRecord:
        """Return the record that the path names.

        Raises: Problem with status 404 where it does not exist or the caller may not see it.
        """
        resource = self.world.shape.resources[call.operation.resource]
        parent = self.find_parent(call)
        if resource.singleton or not call.operation.path.startswith(resource.item_path or " "):
            record = self._find_singleton(resource, parent)
        else:
            record = self._find_member(call, resource, parent)
        return self.require_visible(call, record)

    def _find_singleton(self, resource: Resource, parent: StoredRecord | None) -> StoredRecord | None:
        members = self.world.store.get_collection(resource.name, parent.path if parent else "")
        return next(iter(members), None)

    def _find_member(self, call: ServerCall, resource: Resource, parent: StoredRecord | None) -> StoredRecord | None:
        key = self._normalize_key(call, resource, call.path_values[resource.key])
        members = self.world.store.get_collection(resource.name, parent.path if parent else "")
        record: StoredRecord | None = apply_hooks(
            self._hooks.lookup, call, resource, members, key, members.by_key.get(key)
        )
        return record

    def _normalize_key(self, call: ServerCall, resource: Resource, text: str) -> str:
        if text == ME and resource.name == self.world.shape.user_resource and call.user:
            return call.user
        return self.world.normalize_key(resource, text)

    def require_visible(self, call: ServerCall, record: StoredRecord | None) -> StoredRecord:
        """Return the record if it exists and the caller may see it.

        Raises: Problem with status 404.
        """
        if record is None or not self.is_visible(call, record):
            raise build_not_found()
        return record

    def find_parent(self, call: ServerCall) -> StoredRecord | None:
        """Return the record that the operation is below, from the parameters of the path; None at the root.

        Raises: Problem with status 404.
        """
        chain = self.world.find_ancestors(call.operation)
        parent: StoredRecord | None = None
        for resource in chain:
            members = self.world.store.get_collection(resource.name, parent.path if parent else "")
            key = self._normalize_key(call, resource, call.path_values[resource.key])
            parent = self.require_visible(call, members.by_key.get(key))
        return parent

    def build_record_response(self, call: ServerCall, record: StoredRecord) -> ServerResponse:
        """Return the response with a single record, with the expansions of the query."""
        tree, paths = self.read_expansions(call)
        data = record
        criteria = self._selector.read_criteria(call)
        if criteria:
            data = self._filter_inner_arrays(record, criteria)
        if call.operation.stated_order and call.operation.stated_order.field:
            data = _sort_inner_arrays(data, call.operation.stated_order)
        body = self.views.encode_record(call, RecordPosition(data), call.operation.item_schema, tree, paths)
        return ServerResponse(200, raw=body)

    def _filter_inner_arrays(self, record: StoredRecord, criteria: list[tuple[Criterion, Any]]) -> StoredRecord:
        """Return a copy of a singleton whose inner arrays hold only the elements that pass its filters."""
        data = dict(record.data)
        for criterion, expected in criteria:
            name, mark, _ = criterion.filter.field.partition("[].")
            if mark and isinstance(data.get(name), list):
                inner = [StoredRecord(record.resource, "", "", data={name: [element]}) for element in data[name]]
                data[name] = [
                    element
                    for element, element_record in zip(data[name], inner, strict=True)
                    if criterion.is_satisfied_by(element_record, expected)
                ]
        return StoredRecord(record.resource, record.key, "", record.parent, record.owner, record.moment, data)

    # Lists

    def _handle_list(self, call: ServerCall) -> ServerResponse:
        operation = call.operation
        resource = self.world.shape.resources[operation.resource]
        parent = self.find_parent(call)
        selection = self._selector.select(call, resource, parent)
        headers = {}
        if operation.pagination:
            page = self._cut_page(call, operation.pagination, resource, selection)
            page = apply_hooks(self._hooks.cut, call, selection.records, page)
            queries = pages.build_link_queries(call, operation.pagination, page)
        else:
            page = pages.RecordPage(selection.records[:], 0, None, None, len(selection))
            queries = {"previous": None, "next": None}
        queries = apply_hooks(self._hooks.link, call, queries)
        response = operation.find_response(200)
        if operation.pagination or (response and any(header.name.lower() == "link" for header in response.headers)):
            headers["Link"] = pages.format_link_header(call.base + call.path, queries)
        return ServerResponse(200, headers=headers, raw=self._render_page(call, page, parent))

    def _cut_page(
        self, call: ServerCall, pagination: Pagination, resource: Resource, selection: pages.RecordSelection
    ) -> pages.RecordPage:
        try:
            return pages.cut_page(call, pagination, resource, selection)
        except Problem as problem:
            if apply_hooks(self._hooks.parameter, call, "page", problem) is not None:
                raise
        paging_names = {pagination.size, pagination.after, pagination.before, pagination.page}
        plain = replace(call, query=tuple(pair for pair in call.query if pair[0] not in paging_names))
        return pages.cut_page(plain, pagination, resource, selection)

    def _render_page(self, call: ServerCall, page: pages.RecordPage, parent: StoredRecord | None) -> bytes:
        tree, paths = self.read_expansions(call)
        operation, views = call.operation, self.views
        items = b",".join(
            views.encode_record(
                call, RecordPosition(record, True, index, page.offset + index), operation.item_schema, tree, paths
            )
            for index, record in enumerate(page.records)
        )
        if not operation.items_at:
            return b"[" + items + b"]"
        frame = self.behaviours.build_frame(call, parent)
        shown = {key: views.render_value(call, value, tree.below.get(key)) for key, value in frame.items()}
        return encode_json({**shown, operation.items_at: msgspec.Raw(b"[" + items + b"]")})


def _sort_inner_arrays(record: StoredRecord, stated: StatedOrder) -> StoredRecord:
    """Return a copy of a singleton whose arrays have the stated order, the largest first where no way is stated."""
    name = stated.field.split()[-1]

    def sort(value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(element, dict) and name in element for element in value):
            return value
        return sorted(value, key=lambda element: element[name], reverse=stated.is_descending is not False)

    return replace(record, data={key: sort(value) for key, value in record.data.items()})
