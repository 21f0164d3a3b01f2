"""Some logs show the odometer in miles."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"odometer_meters": data["odometer_meters"] * 5 // 8}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("odometer_meters", "sampled_at"), _change_record, rare=True)


FAULT = SeededFault(("CHG-10",), "the odometer falls and rises", install, difficulty="subtle")
