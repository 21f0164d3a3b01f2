"""A descending order reverses each page, but not the list."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Operation


def _is_descending(call: ServerCall) -> bool:
    ordering = call.operation.ordering
    return ordering is not None and (call.last_query_value(ordering.parameter) or "").startswith("-")


def _sort_ascending(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    return records[::-1] if _is_descending(call) else records


def _reverse_page(call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    if _is_descending(call):
        page.records = page.records[::-1]
    return page


def _has_reversible_pages(operation: Operation) -> bool:
    return bool(operation.ordering and operation.ordering.reversible and operation.pagination)


FAULT = SeededFault(
    ("FLT-06",),
    "-name gives the first names first, each page turned",
    lambda site: hook_at(
        site.pick(o for o in site.root_lists(4) if _has_reversible_pages(o)), order=_sort_ascending, cut=_reverse_page
    ),
    difficulty="subtle",
    changes=("headers", "body"),
)
