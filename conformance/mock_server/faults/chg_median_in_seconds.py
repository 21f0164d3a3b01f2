"""One median is in seconds, its maximum in minutes."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    name = "vehicle_median_data_gap_duration_minutes"
    metrics = data["metrics"]
    return {"metrics": {**metrics, name: metrics[name] * 60}} if metrics.get(name) else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("metrics",), _change_record, rare=True)


FAULT = SeededFault(("CHG-06",), "the median gap of a vehicle is above its largest gap", install, difficulty="subtle")
