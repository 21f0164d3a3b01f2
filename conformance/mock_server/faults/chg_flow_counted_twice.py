"""The flow from the battery to the home contains the solar energy too."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"battery_to_home_watts": data["battery_to_home_watts"] + data["solar_to_home_watts"]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("battery_to_home_watts", "solar_to_home_watts"), _change_record)


FAULT = SeededFault(("CHG-04",), "the flows out of the battery are more than it gave", install, difficulty="subtle")
