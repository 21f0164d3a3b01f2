"""A PATCH undoes the PATCH before it."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the PATCH of one resource that can also be created."""
    resources = site.world.shape.resources
    created = {operation.resource for operation in site.body_writes(Role.CREATE) if operation.effect is Effect.WRITE}
    before: dict[str, dict[str, Any]] = {}

    def undo_previous(_call: ServerCall, record: StoredRecord | None, changes: dict[str, Any]) -> dict[str, Any]:
        if record is None:
            return changes
        undone = {**before.get(record.path, {}), **changes}
        before[record.path] = {name: record.data.get(name) for name in changes if name in record.data}
        return undone

    return hook_at(
        site.pick(
            operation
            for operation in site.body_writes(Role.UPDATE)
            if operation.resource in created
            and operation.effect is Effect.WRITE
            and resources[operation.resource].prefix
            and len(site.writable_properties(operation)) > 1
        ),
        apply=undo_previous,
    )


FAULT = SeededFault(("WRT-02",), "a second PATCH takes back the first", install, difficulty="subtle")
