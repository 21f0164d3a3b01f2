"""More energy was paid for than was delivered in an interval."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    intervals = [dict(interval) for interval in data["intervals"]]
    for interval in intervals[-1:]:
        paid, total = interval.get("energy_delivered_by_price"), interval.get("total_energy_delivered_watt_hours", 0)
        if isinstance(paid, dict):
            interval["energy_delivered_by_price"] = {**paid, "energy_delivered_watt_hours": total + total // 5 + 5}
    return {"intervals": intervals}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals",), _change_record)


FAULT = SeededFault(
    ("CHG-03",), "the energy by price is more than the energy of its interval", install, difficulty="subtle"
)
