"""The intervals of energy are in kilowatt hours."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    name = "total_energy_delivered_watt_hours"
    return {"intervals": [{**interval, name: interval[name] // 1000} for interval in data["intervals"]]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "charging_sub_session"), _change_record)


FAULT = SeededFault(("CHG-09",), "the energy of the intervals is a thousandth", install, implies=("CHG-03",))
