"""A list shows the former value of one property of a changed resource."""

from typing import Any

from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of a member of a root collection, and remember its values from before a change."""
    updates = [
        o
        for o in site.body_writes(Role.UPDATE)
        if o.effect is Effect.WRITE and site.has_plain_change(o) and o.path.count("{") == 1 and o.path.endswith("}")
    ]
    operation = site.pick(updates)
    if operation is None:
        return None
    former: dict[str, dict[str, Any]] = {}

    def remember_value(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        if call.method == "PATCH":
            known = {name: record.data[name] for name in changes if name in record.data}
            former[record.path] = {**known, **former.get(record.path, {})}
        return changes

    def show_former(_call: ServerCall, place: RecordPosition, data: Any) -> Any:
        names = former.get(place.record.path, {}) if place.is_listed and isinstance(data, dict) else {}
        return {**data, **{n: v for n, v in names.items() if n in data and not isinstance(v, dict | list)}}

    lists = [o for o in site.with_roles(Role.LIST) if o.resource == operation.resource and "{" not in o.path]
    return hook_at([operation, *lists], apply=remember_value, item=show_former)


FAULT = SeededFault(
    ("AFT-02",),
    "a list shows the former value of a changed property",
    install,
    difficulty="subtle",
    implies=("CON-02", "CON-07", "WRT-02"),
)
