"""A vehicle charges without being plugged in."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"is_plugged_in": False} if data["is_charging"] else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("is_charging", "is_plugged_in"), _change_record)


FAULT = SeededFault(("CHG-01",), "`is_charging` is true, `is_plugged_in` is false", install)
