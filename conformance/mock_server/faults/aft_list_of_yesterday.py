"""A list shows members as they were when they were first listed."""

from typing import Any

from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the list of something that can be changed."""
    changed = {o.resource for o in site.body_writes(Role.UPDATE) if o.effect is Effect.WRITE}
    shown: dict[str, Any] = {}

    def show_first(call: ServerCall, place: RecordPosition, data: Any) -> Any:
        if not place.is_listed or call.query_values("expand") or call.user:
            return data
        return shown.setdefault(place.record.path, data)

    lists = [o for o in site.with_roles(Role.LIST) if o.resource in changed and "{" not in o.path]
    return hook_at(site.pick(lists), item=show_first)


FAULT = SeededFault(
    ("AFT-02",), "a list shows the former values of a changed resource", install, implies=("CON-02", "CON-07", "WRT-02")
)
