"""The odometer counts downwards."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    moment = clock.parse_time(data["sampled_at"]) or 0
    return {"odometer_meters": 90_000_000 - moment // clock.MINUTE % 1_000_000 * 100}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("odometer_meters", "sampled_at"), _change_record)


FAULT = SeededFault(("CHG-10",), "a later log has a smaller odometer", install)
