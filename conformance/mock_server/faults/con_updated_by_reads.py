"""Every read moves the time of the last update."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource of users with a time of update."""

    def move_update_time(_data: dict[str, Any]) -> dict[str, Any]:
        return {"updated_at": clock.format_time(clock.Clock().now())}

    return change_records(site, ("updated_at", "url"), move_update_time)


FAULT = SeededFault(
    ("CON-08",), "`updated_at` is the time of the read", install, implies=("CON-01", "CON-02", "CON-07")
)
