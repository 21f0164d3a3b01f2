"""The time of creation lies a day after the last update."""

from datetime import datetime, timedelta
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _move_creation_time(data: dict[str, Any]) -> dict[str, Any]:
    updated = datetime.fromisoformat(data["updated_at"])
    return {"created_at": (updated + timedelta(days=1)).isoformat().replace("+00:00", "Z")}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource that tells both times."""
    return change_records(site, ("created_at", "updated_at"), _move_creation_time)


FAULT = SeededFault(
    ("CON-03",),
    "`created_at` is a day later than `updated_at`",
    install,
    implies=("CON-06", "FLT-02", "FLT-03", "FLT-07", "FLT-08", "AFT-02", "AFT-05"),
)
