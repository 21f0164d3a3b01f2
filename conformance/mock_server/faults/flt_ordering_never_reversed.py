"""A minus before the ordering field is ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _sort_ascending(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    ordering = call.operation.ordering
    text = call.last_query_value(ordering.parameter) if ordering else None
    return records[::-1] if text and text.startswith("-") else records


FAULT = SeededFault(
    ("FLT-06",),
    "`ordering=-name` orders as `name` in one list",
    lambda site: hook_at(
        site.pick(o for o in site.root_lists(5) if o.ordering and o.ordering.reversible), order=_sort_ascending
    ),
    difficulty="subtle",
    changes=("headers", "body"),
)
