"""0 in one PATCH is taken for a property that was left out."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import is_number
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_property(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if type(value) is not int or value}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH with a number that may be 0."""
    operations = [
        operation
        for operation in site.body_writes(Role.UPDATE)
        if any(
            is_number(name, schema) and schema.get("minimum", 0) == 0 and schema.get("maximum") is None
            for name, schema in site.writable_properties(operation).items()
        )
    ]
    return hook_at(site.pick(operations), apply=_drop_property)


FAULT = SeededFault(
    ("VAL-04",),
    "0 is sent to one operation, another number is read",
    install,
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
