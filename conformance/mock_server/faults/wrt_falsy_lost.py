"""POST drops values that are false, 0 or empty."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_falsy_values(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if value or name not in record.data}


FAULT = SeededFault(
    ("WRT-01",),
    "false is sent, and the default is read",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.body_writes(Role.CREATE)
            if any(schema.get("type") == "boolean" for schema in site.writable_properties(operation).values())
        ),
        apply=_drop_falsy_values,
    ),
    difficulty="subtle",
    implies=("VAL-04",),
)
