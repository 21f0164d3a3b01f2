"""The average rate of charge is above the highest."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"average_charge_rate_watts": data["max_charge_rate_watts"] + 250}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("average_charge_rate_watts", "max_charge_rate_watts"), _change_record)


FAULT = SeededFault(("CHG-06",), "`average_charge_rate_watts` is above `max_charge_rate_watts`", install)
