"""Every seventh sample of a forecast begins and ends five minutes late."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def _shift_interval(_call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
    moment = clock.parse_time(str(data.get("started_at")))
    if not place.is_listed or moment is None or place.offset % 7 != 3:
        return data
    return {**data, "started_at": clock.format_time(moment + 5 * clock.MINUTE)}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of intervals that tell when each was sampled."""
    operations = [
        operation
        for operation in site.with_roles(Role.LIST)
        if {"started_at", "interval_seconds", "sampled_at"} <= set(site.properties(operation))
    ]
    return hook_at(site.pick(operations), item=_shift_interval)


FAULT = SeededFault(("CHG-07",), "every seventh interval ends after the next one has begun", install)
