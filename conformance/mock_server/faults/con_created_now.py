"""The time of creation is the time of the read."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with a time of creation."""

    def move_creation_time(_data: dict[str, Any]) -> dict[str, Any]:
        return {"created_at": clock.format_time(clock.Clock().now())}

    return change_records(site, ("id", "created_at"), move_creation_time)


FAULT = SeededFault(
    ("CON-06",), "`created_at` is another one at every read", install, implies=("CON-01", "CON-02", "CON-07")
)
