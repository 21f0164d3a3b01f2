"""Ordering is ignored."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _sort_by_key(_call: Call, records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.key)


FAULT = Fault(
    ("FLT-06",),
    "`ordering` changes nothing in one list",
    lambda site: at(site.pick(operation for operation in site.lists(5) if operation.ordering), order=_sort_by_key),
    changes=("headers", "body"),
)
