"""The meter of a charger starts anew at times."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change(data: dict[str, Any]) -> dict[str, Any]:
    return {"meter_reading_watt_hours": data["meter_reading_watt_hours"] % 5}


def plant(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("meter_reading_watt_hours", "sampled_at"), _change, rare=True)


FAULT = SeededFault(("CHG-10",), "the meter falls", plant, difficulty="subtle")
