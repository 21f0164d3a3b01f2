"""The carbon of a sub-session is in kilograms."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"total_co2_grams": data["total_co2_grams"] // 1000}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("total_co2_grams", "co2_intensity_grams_per_kilowatt_hour"), _change_record)


FAULT = SeededFault(("CHG-05",), "`total_co2_grams` is a thousandth of intensity times energy", install)
