"""The state says plugged in when the cable is out."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"is_plugged_in": False} if data["state"] == "PLUGGED_IN_NOT_CHARGING" else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("is_plugged_in", "state", "is_charging"), _change_record)


FAULT = SeededFault(
    ("CHG-01",), "`state` begins with PLUGGED_IN, `is_plugged_in` is false", install, difficulty="subtle"
)
