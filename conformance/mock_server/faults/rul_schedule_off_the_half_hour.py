"""The last interval of a schedule begins five minutes late."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    *earlier, last = data["schedules"] or [{}]
    moment = clock.parse_time(last.get("started_at") or "")
    if moment is None:
        return {}
    return {"schedules": [*earlier, {**last, "started_at": clock.format_time(moment + 5 * clock.MINUTE)}]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with schedules."""
    return change_records(site, ("schedules",), _change_record)


FAULT = SeededFault(
    ("RUL-08",),
    "an interval that its text puts on the half hour begins at 07:05",
    install,
    difficulty="subtle",
    implies=("CHG-07", "FLT-02", "FLT-03", "FLT-08"),
)
