"""An unknown order with a minus is the default order, reversed."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _reverse_unknown(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    ordering = call.last_query_value("ordering") or ""
    return records[::-1] if ordering.startswith("-") and ordering != "-name" else records


FAULT = SeededFault(
    ("RUL-03",),
    "?ordering=-foo gives the list in reverse",
    lambda site: hook_at(site.model.operations_by_key.get("GET /vehicle_makes"), order=_reverse_unknown),
    difficulty="subtle",
    shown_by="rules",
)
