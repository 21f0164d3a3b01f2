"""A falling order turns each page, and not the list."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, at
from conformance.mock_server.paging import Page
from conformance.mock_server.world.store import Record
from conformance.model import Operation


def _falls(call: Call) -> bool:
    known = call.operation.ordering
    return known is not None and (call.last(known.parameter) or "").startswith("-")


def _rising(call: Call, records: list[Record]) -> list[Record]:
    return records[::-1] if _falls(call) else records


def _turned(call: Call, _records: Sequence[Record], page: Page) -> Page:
    if _falls(call):
        page.records = page.records[::-1]
    return page


def _several(operation: Operation) -> bool:
    return bool(operation.ordering and operation.ordering.reversible and operation.pagination)


FAULT = Fault(
    ("FLT-06",),
    "-name gives the first names first, each page turned",
    lambda site: at(site.pick(o for o in site.lists(4) if _several(o)), order=_rising, cut=_turned),
    difficulty="subtle",
    changes=("headers", "body"),
)
