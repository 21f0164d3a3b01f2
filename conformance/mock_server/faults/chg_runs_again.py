"""A session that has ended runs again at every third read."""

from itertools import count
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with sub-sessions."""
    reads = count()

    def clear_end(_data: dict[str, Any]) -> dict[str, Any]:
        return {"end": None} if next(reads) % 3 == 2 else {}

    return change_records(site, ("start", "end", "sub_sessions"), clear_end)


FAULT = SeededFault(
    ("CHG-12",), "`end` is null at times", install, implies=("CON-01", "CON-02", "CON-07", "EXP-02", "EXP-12")
)
