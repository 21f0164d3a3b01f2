"""The cost contains a tax that the rate does not."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"cost": data["cost"] * 6 // 5 + 20}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("cost", "cost_per_kilowatt_hour"), _change_record, rare=True)


FAULT = SeededFault(("CHG-05",), "`cost` is a fifth above rate times energy", install, difficulty="subtle")
