"""Ordering is ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _sort_by_key(_call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    return sorted(records, key=lambda record: record.key)


FAULT = SeededFault(
    ("FLT-06",),
    "`ordering` changes nothing in one list",
    lambda site: hook_at(
        site.pick(operation for operation in site.root_lists(5) if operation.ordering), order=_sort_by_key
    ),
    changes=("headers", "body"),
)
