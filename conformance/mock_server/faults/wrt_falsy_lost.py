"""POST drops values that are false, 0 or empty."""

from typing import Any

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Role


def _drop_falsy_values(_call: Call, record: Record, changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if value or name not in record.data}


FAULT = Fault(
    ("WRT-01",),
    "false is sent, and the default is read",
    lambda site: at(
        site.pick(
            operation
            for operation in site.bodies(Role.CREATE)
            if any(schema.get("type") == "boolean" for schema in site.writable(operation).values())
        ),
        apply=_drop_falsy_values,
    ),
    difficulty="subtle",
)
