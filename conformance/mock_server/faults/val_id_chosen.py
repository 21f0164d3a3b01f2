"""A POST chooses the id of the resource that it creates."""

from typing import Any

import msgspec

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def _take_sent_value(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
    sent = msgspec.json.decode(call.body) if call.body[:1] == b"{" else {}
    return {**changes, "id": sent["id"]} if "id" in sent else changes


def install(site: FaultSite) -> InstalledFault | None:
    """Choose all creations of something that shows it."""
    creations = [o for o in site.body_writes(Role.CREATE) if "id" in site.properties(o)]
    return hook_at(creations, apply=_take_sent_value)


FAULT = SeededFault(("VAL-07",), "the id of the body is read", install, implies=("WRT-01", "IDS-04", "WRT-07"))
