"""A list of adaptors is added to the former one."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _add_adaptors(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    if "adaptors" not in changes:
        return changes
    native = changes.get("native_connector", record.data.get("native_connector"))
    both = dict.fromkeys([*record.data.get("adaptors", ()), *changes["adaptors"]])
    return {**changes, "adaptors": [name for name in both if name != native]}


FAULT = SeededFault(
    ("RUL-05",),
    "a sent list of adaptors does not replace the former one",
    lambda site: hook_at(
        site.model.operations_by_key.get("PATCH /vehicles/{vehicle_id}/connectors"), apply=_add_adaptors
    ),
    difficulty="subtle",
    implies=("WRT-02",),
)
