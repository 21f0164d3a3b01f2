"""A PATCH without properties toggles every boolean property."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH of something that has such properties."""
    names = {
        operation.key: [
            name
            for name, schema in site.writable_properties(operation).items()
            if schema.get("type") == "boolean" and name in site.properties(operation)
        ]
        for operation in site.body_writes(Role.UPDATE)
    }

    def change(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        return changes or {name: (not record.data.get(name)) for name in names[call.operation.key]}

    operations = [operation for operation in site.body_writes(Role.UPDATE) if names[operation.key]]
    return hook_at(site.pick(operations), apply=change)


FAULT = SeededFault(("VAL-09",), "`{}` toggles booleans", install, difficulty="subtle", implies=("CON-08",))
