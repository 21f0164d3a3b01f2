"""A list expands to a resource as it was before its last PATCH."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Keep of each record what it held before a PATCH, for one list that expands to it."""
    updates = {
        operation.resource: operation for operation in site.body_writes(Role.UPDATE) if site.has_plain_change(operation)
    }
    choice = site.pick(
        (operation, expansion) for operation, expansion in site.expansions(Role.LIST) if expansion.target in updates
    )
    if choice is None:
        return None
    operation, expansion = choice
    former: dict[str, dict[str, Any]] = {}

    def remember_former_state(call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        if call.operation.key == updates[expansion.target].key:
            former[record.path] = {name: record.data[name] for name in changes if name in record.data}
        return changes

    def show_former_state(call: ServerCall, path: str, record: StoredRecord, data: dict[str, Any]) -> dict[str, Any]:
        if call.operation.key != operation.key or path != expansion.path:
            return data
        plain = (str, int, float, bool, type(None))
        old = {n: v for n, v in former.get(record.path, {}).items() if n in data and type(v) in plain}
        return {**data, **old}

    return hook_at((operation, updates[expansion.target]), apply=remember_former_state, nested=show_former_state)


FAULT = SeededFault(
    ("AFT-02",),
    "`expand` shows the value from before a PATCH",
    install,
    difficulty="subtle",
    implies=("EXP-03", "EXP-04", "CON-07", "WRT-02"),
    shown_by="rules",
)
