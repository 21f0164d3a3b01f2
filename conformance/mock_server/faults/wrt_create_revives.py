"""A deleted resource comes back when the next one of its kind is created."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource that can be created and deleted."""
    creates = {
        operation.resource: operation for operation in site.body_writes(Role.CREATE) if operation.effect is Effect.WRITE
    }
    deleted: list[StoredRecord] = []

    def keep_deleted(_call: ServerCall, record: StoredRecord, removed: bool) -> bool:
        deleted.append(record)
        return removed

    def restore_deleted(_call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        while deleted:
            site.world.store.add(deleted.pop(), quiet=True)
        return changes

    delete = site.pick(
        operation
        for operation in site.with_roles(Role.DELETE)
        if operation.resource in creates and site.world.shape.resources[operation.resource].prefix
    )
    return hook_at((delete, creates[delete.resource]), remove=keep_deleted, apply=restore_deleted) if delete else None


FAULT = SeededFault(
    ("WRT-04",), "a POST brings back the resource that was deleted before it", install, difficulty="subtle"
)
