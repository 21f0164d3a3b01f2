"""The minutes of charging are seconds."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"duration_minutes": data["duration_minutes"] * 60}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("duration_minutes", "start", "end"), _change_record)


FAULT = SeededFault(("CHG-03",), "`duration_minutes` is sixty times too large", install)
