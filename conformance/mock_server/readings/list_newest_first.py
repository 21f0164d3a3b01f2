"""Lists of which no order is stated show the newest first."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.world.store import StoredRecord


def _reverse_order(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    ordering = call.operation.ordering
    text = call.last_query_value(ordering.parameter) if ordering else None
    is_chosen = ordering is not None and text is not None and text.removeprefix("-") in ordering.fields
    return records if is_chosen or call.operation.stated_order else records[::-1]


READING = AdmissibleReading(
    "lists",
    "the description states no order of most lists; cursors say before and after, not older",
    read_by_hooks(order=_reverse_order),
    slots=("order",),
)
