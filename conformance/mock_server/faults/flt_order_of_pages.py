"""A descending order reverses each page, but not the list."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Operation


def _is_descending(call: Call) -> bool:
    ordering = call.operation.ordering
    return ordering is not None and (call.last(ordering.parameter) or "").startswith("-")


def _sort_ascending(call: Call, records: list[Record]) -> list[Record]:
    return records[::-1] if _is_descending(call) else records


def _reverse_page(call: Call, _records: Sequence[Record], page: Page) -> Page:
    if _is_descending(call):
        page.records = page.records[::-1]
    return page


def _has_reversible_pages(operation: Operation) -> bool:
    return bool(operation.ordering and operation.ordering.reversible and operation.pagination)


FAULT = Fault(
    ("FLT-06",),
    "-name gives the first names first, each page turned",
    lambda site: at(
        site.pick(o for o in site.lists(4) if _has_reversible_pages(o)), order=_sort_ascending, cut=_reverse_page
    ),
    difficulty="subtle",
    changes=("headers", "body"),
)
