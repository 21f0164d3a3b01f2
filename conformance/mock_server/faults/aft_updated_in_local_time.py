"""A PATCH stores local time as if it were UTC."""

from typing import Any

from conformance.mock_server.clock import HOUR, Clock, format_time
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of a resource that shows when it was updated."""

    def shift_update_time(_call: Any, _record: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {**changes, "updated_at": format_time(Clock().now() + 2 * HOUR)}

    return hook_at(
        site.pick(o for o in site.body_writes(Role.UPDATE) if {"url", "updated_at"} <= set(site.properties(o))),
        apply=shift_update_time,
    )


FAULT = SeededFault(("AFT-05",), "`updated_at` is two hours ahead after a PATCH", install, difficulty="subtle")
