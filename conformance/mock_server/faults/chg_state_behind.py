"""The state still says charging when charging has stopped."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"state": "PLUGGED_IN_CHARGING", "is_charging": False} if data["state"] == "PLUGGED_IN_CHARGING" else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("is_charging", "state"), _change_record, rare=True)


FAULT = SeededFault(("CHG-01",), "`state` is PLUGGED_IN_CHARGING, `is_charging` is false", install, difficulty="subtle")
