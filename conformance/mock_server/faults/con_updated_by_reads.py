"""Every read moves the time of the last update."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def plant(site: FaultSite) -> InstalledFault | None:
    """Choose a resource of users with a time of update."""

    def touch(_data: dict[str, Any]) -> dict[str, Any]:
        return {"updated_at": clock.format_time(clock.Clock().now())}

    return change_records(site, ("updated_at", "url"), touch)


FAULT = SeededFault(("CON-08",), "`updated_at` is the time of the read", plant, implies=("CON-01", "CON-02", "CON-07"))
