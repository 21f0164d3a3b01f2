"""The energy from the sun is more than all energy, where that from the grid is unknown."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    total = data["energy_delivered_watt_hours"]
    return {"grid_energy_delivered_watt_hours": None, "solar_energy_delivered_watt_hours": total + total // 10 + 9}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(
        site,
        ("solar_energy_delivered_watt_hours", "energy_delivered_watt_hours", "grid_energy_delivered_watt_hours"),
        _change_record,
        rare=True,
    )


FAULT = SeededFault(("CHG-03",), "`solar_energy_delivered_watt_hours` is above the total", install, difficulty="subtle")
