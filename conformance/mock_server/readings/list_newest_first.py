"""Lists that take no ordering show the newest first."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.world.store import StoredRecord


def _reverse_order(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    ordering = call.operation.ordering
    chosen = ordering is not None and call.last_query_value(ordering.parameter) is not None
    return records if chosen else records[::-1]


READING = AdmissibleReading(
    "lists",
    "the description is silent on the order of a list without an ordering; cursors say before and after, not older",
    read_by_hooks(order=_reverse_order),
    slots=("order",),
)
