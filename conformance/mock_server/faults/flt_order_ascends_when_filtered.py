"""A filtered list ignores the minus before the ordering field."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Operation


def _sort_ascending(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    ordering = call.operation.ordering
    text = call.last_query_value(ordering.parameter) if ordering else None
    is_filtered = any(call.last_query_value(f.parameter) for f in call.operation.filters)
    return records[::-1] if text and text.startswith("-") and is_filtered else records


def _has_reversible_filtered_list(operation: Operation) -> bool:
    return bool(operation.ordering and operation.ordering.reversible and operation.filters)


FAULT = SeededFault(
    ("FLT-06",),
    "`ordering=-name` beside a filter orders as `name`",
    lambda site: hook_at([o for o in site.root_lists(5) if _has_reversible_filtered_list(o)], order=_sort_ascending),
    difficulty="subtle",
    changes=("headers", "body"),
)
