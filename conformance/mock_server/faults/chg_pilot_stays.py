"""The control pilot stays at standby when a vehicle is connected."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"control_pilot_status": "A"} if data["is_plugged_in"] else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("control_pilot_status", "is_plugged_in"), _change_record)


FAULT = SeededFault(("CHG-02",), "`control_pilot_status` is A, `is_plugged_in` is true", install)
