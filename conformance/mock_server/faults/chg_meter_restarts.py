"""The meter of a charger starts anew at times."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"meter_reading_watt_hours": data["meter_reading_watt_hours"] % 5}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("meter_reading_watt_hours", "sampled_at"), _change_record, rare=True)


FAULT = SeededFault(("CHG-10",), "the meter falls", install, difficulty="subtle")
