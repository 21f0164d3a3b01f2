"""One interval in ten lasts twice as long, and covers the next one."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def _double_interval(_call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
    is_chosen = place.is_listed and place.offset % 10 == 4 and data.get("interval_seconds")
    return {**data, "interval_seconds": 2 * data["interval_seconds"]} if is_chosen else data


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of intervals that tell when each was made."""
    operations = [
        operation
        for operation in site.with_roles(Role.LIST)
        if {"started_at", "created_at"} <= set(site.properties(operation))
        and "null" not in site.properties(operation).get("interval_seconds", {}).get("type", "null")
    ]
    return hook_at(site.pick(operations), item=_double_interval)


FAULT = SeededFault(("CHG-07",), "an interval of an hour in a series of half hours", install, difficulty="subtle")
