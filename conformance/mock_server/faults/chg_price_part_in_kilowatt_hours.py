"""The energy by price is in kilowatt-hours, that of the interval in watt-hours."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    intervals = [dict(interval) for interval in data["intervals"]]
    for interval in intervals:
        paid = interval.get("energy_delivered_by_price")
        if isinstance(paid, dict) and isinstance(paid.get("energy_delivered_watt_hours"), int):
            energy = paid["energy_delivered_watt_hours"] // 1000
            interval["energy_delivered_by_price"] = {**paid, "energy_delivered_watt_hours": energy}
    return {"intervals": intervals}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals",), _change_record)


FAULT = SeededFault(
    ("CHG-03",), "the energy by price is a thousandth of the energy of its interval", install, difficulty="subtle"
)
