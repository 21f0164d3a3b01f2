"""A schedule begins while the one before it still holds."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    *earlier, last = data["schedules"] or [{}]
    moment = clock.parse_time(last.get("started_at") or "")
    if moment is None or not last.get("interval_seconds"):
        return {}
    early = {**last, "started_at": clock.format_time(moment - 15 * clock.MINUTE)}
    return {"schedules": [*earlier, early] if earlier else [early, last]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("schedules",), _change_record)


FAULT = SeededFault(
    ("CHG-07",),
    "the last schedule of a sub-session begins a quarter of an hour early",
    install,
    difficulty="subtle",
    implies=("RUL-08",),
)
