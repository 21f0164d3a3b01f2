"""Export is a positive number."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"power_watts": abs(data["power_watts"]) + 1} if data["status"] == "EXPORTING" else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("status", "power_watts"), _change_record)


FAULT = SeededFault(("CHG-02",), "the status is EXPORTING, `power_watts` is positive", install, difficulty="subtle")
