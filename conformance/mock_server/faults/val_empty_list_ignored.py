"""An empty list in a PATCH is taken for a property that was left out."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import is_list, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_property(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if value != []}


FAULT = SeededFault(
    ("VAL-04",),
    "[] is sent, the old members are read",
    write_otherwise(_drop_property, is_list, Role.UPDATE),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
