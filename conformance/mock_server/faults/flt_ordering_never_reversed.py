"""A minus before the ordering field is ignored."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _sort_ascending(call: Call, records: list[Record]) -> list[Record]:
    ordering = call.operation.ordering
    text = call.last(ordering.parameter) if ordering else None
    return records[::-1] if text and text.startswith("-") else records


FAULT = Fault(
    ("FLT-06",),
    "`ordering=-name` orders as `name` in one list",
    lambda site: at(site.pick(o for o in site.lists(5) if o.ordering and o.ordering.reversible), order=_sort_ascending),
    difficulty="subtle",
    changes=("headers", "body"),
)
