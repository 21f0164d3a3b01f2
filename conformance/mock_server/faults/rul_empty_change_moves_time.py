"""An empty change, which is documented to change nothing, moves the time of change."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _touch(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    if changes or "updated_at" not in record.data:
        return changes
    return {"updated_at": clock.format_time((clock.parse_time(str(record.data["updated_at"])) or 0) + 1)}


FAULT = SeededFault(
    ("RUL-04",),
    "`{}` moves updated_at of what it must leave alone",
    lambda site: hook_at(site.model.operations_by_key.get("PATCH /vehicles/{vehicle_id}/connectors"), apply=_touch),
    difficulty="subtle",
)
