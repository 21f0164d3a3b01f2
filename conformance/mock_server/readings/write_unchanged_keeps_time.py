"""A PATCH that changes no value leaves `updated_at` alone."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.world.store import StoredRecord


def _drop_same(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    if call.method != "PATCH":
        return changes
    return {name: value for name, value in changes.items() if record.data.get(name) != value}


READING = AdmissibleReading(
    "writes",
    "the description is silent on times of change where nothing changed",
    read_by_hooks(apply=_drop_same),
)
