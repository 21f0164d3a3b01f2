"""The energy from the grid is all energy, although the sun gave a part of it."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records

_GRID, _SOLAR, _ALL = (f"{source}energy_delivered_watt_hours" for source in ("grid_", "solar_", ""))


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {_GRID: data[_ALL], _SOLAR: max(data[_SOLAR], data[_ALL] // 3)}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, (_GRID, _SOLAR, _ALL), _change_record, rare=True)


FAULT = SeededFault(
    ("CHG-03",),
    "grid and sun together gave more energy than was delivered",
    install,
    difficulty="subtle",
    implies=("CON-04",),
)
