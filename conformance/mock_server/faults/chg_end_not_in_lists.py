"""A list shows no end of a session that has ended."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of things with a start and an end, and every sixth item."""
    lists = [o for o in site.with_roles(Role.LIST) if {"start", "end", "url"} <= set(site.properties(o))]

    def clear_end(_call: object, place: Any, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "end": None} if place.is_listed and place.offset % 6 == 1 else data

    return hook_at(site.pick(lists), item=clear_end)


FAULT = SeededFault(
    ("CHG-12",), "`end` is null in a list, a time in the single read", install, difficulty="subtle",
    implies=("CON-02", "CON-07", "FLT-01", "FLT-02", "EXP-12", "CHG-08"),
)  # fmt: skip
