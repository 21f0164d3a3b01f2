"""A POST stores the date of its creation in place of the time."""

from typing import Any

from conformance.mock_server.clock import DAY, Clock, format_time
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a creation of a resource that shows when it was created."""

    def truncate_creation_time(_call: Any, _record: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {**changes, "created_at": format_time(Clock().now() // DAY * DAY)}

    return hook_at(
        site.pick(o for o in site.body_writes(Role.CREATE) if {"url", "created_at"} <= set(site.properties(o))),
        apply=truncate_creation_time,
    )


FAULT = SeededFault(
    ("AFT-05",), "`created_at` of a new resource is midnight", install, difficulty="subtle", implies=("RUL-05",)
)
