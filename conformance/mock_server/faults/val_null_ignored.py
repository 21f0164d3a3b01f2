"""Null in a PATCH is taken for a property that was left out."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import is_nullable, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_property(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if value is not None}


FAULT = SeededFault(
    ("VAL-04",),
    "null is sent, the old value is read",
    write_otherwise(_drop_property, is_nullable, Role.UPDATE),
    implies=("WRT-01", "WRT-02"),
)
