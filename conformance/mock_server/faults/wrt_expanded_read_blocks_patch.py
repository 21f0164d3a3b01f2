"""A PATCH after an expanded read of the same resource changes nothing."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource that can be created, read with expansions and changed."""
    created = {operation.resource for operation in site.body_writes(Role.CREATE) if operation.effect is Effect.WRITE}
    reads = {
        operation.resource: operation
        for operation in site.with_roles(Role.ITEM)
        if any(e.resolvable for e in operation.expansions)
    }
    held: set[str] = set()

    def remember_read(call: ServerCall, paths: tuple[str, ...]) -> tuple[str, ...]:
        if paths and call.method == "GET":
            held.add(call.path)
        return paths

    def block_change(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        if call.path not in held:
            return changes
        held.discard(call.path)
        return {}

    updates = [
        operation
        for operation in site.body_writes(Role.UPDATE)
        if operation.effect is Effect.WRITE and operation.resource in created & set(reads)
    ]
    update = site.pick(operation for operation in updates if operation.path == reads[operation.resource].path)
    return hook_at((update, reads[update.resource]), tree=remember_read, apply=block_change) if update else None


FAULT = SeededFault(("WRT-02",), "a PATCH after an expanded read is lost", install, difficulty="subtle")
