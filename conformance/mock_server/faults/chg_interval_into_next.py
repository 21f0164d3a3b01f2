"""One interval in ten lasts into the next one."""

from typing import Any
from zlib import crc32

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def _lengthen_interval(_call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
    is_chosen = crc32(str(data.get("started_at")).encode()) % 10 == 0
    return {**data, "interval_seconds": 2700} if place.is_listed and is_chosen else data


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of intervals that tell when each was made."""
    operations = [
        operation
        for operation in site.with_roles(Role.LIST)
        if {"started_at", "interval_seconds", "created_at"} <= set(site.properties(operation))
    ]
    return hook_at(site.pick(operations), item=_lengthen_interval)


FAULT = SeededFault(
    ("CHG-07",), "an interval overlaps the next one, which was made later", install, difficulty="subtle"
)
