"""The intervals show energy after losses, the sub-session before."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    name = "total_energy_delivered_watt_hours"
    return {"intervals": [{**interval, name: interval[name] * 9 // 10} for interval in data["intervals"]]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "charging_sub_session"), _change_record, rare=True)


FAULT = SeededFault(("CHG-09",), "each interval is a tenth short", install, difficulty="subtle", implies=("CHG-03",))
