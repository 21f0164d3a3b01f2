"""0 in a write is taken for a property that was left out."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_tools.stored_values import is_number, write_otherwise
from conformance.mock_server.seeded_faults import SeededFault
from conformance.mock_server.world.store import StoredRecord


def _drop_property(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if type(value) is not int or value}


FAULT = SeededFault(
    ("VAL-04",),
    "0 is sent, another number is read",
    write_otherwise(_drop_property, is_number),
    difficulty="subtle",
    implies=("WRT-01", "WRT-02"),
)
