"""A form is accepted, and its values are dropped."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _drop_property(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    return changes if "json" in call.headers.get("content-type", "").lower() else {}


FAULT = SeededFault(
    ("VAL-08",),
    "a PATCH as a form gives 200 and changes nothing",
    lambda site: hook_at(site.body_writes(Role.UPDATE), apply=_drop_property),
    difficulty="subtle",
)
