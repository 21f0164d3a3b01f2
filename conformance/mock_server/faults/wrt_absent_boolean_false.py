"""A PATCH takes a boolean that it does not name for false."""

from collections.abc import Mapping
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the updates of resources with a boolean that clients set."""

    def clear_absent(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        writable = site.writable_properties(call.operation)
        cleared = {name: False for name, value in record.data.items() if value is True and name in writable}
        return {**cleared, **changes} if changes else changes

    updates = [o for o in site.body_writes(Role.UPDATE) if _has_boolean(site.writable_properties(o))]
    return hook_at(updates, apply=clear_absent) if updates else None


def _has_boolean(properties: Mapping[str, Any]) -> bool:
    return any(schema.get("type") == "boolean" for schema in properties.values())


FAULT = SeededFault(
    ("WRT-02",), "a changed name takes the star from a favourite route", install, difficulty="subtle", changes=("body",)
)
