"""A deleted resource comes back when the next one of its kind is created."""

from typing import Any

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose a resource that can be created and deleted."""
    creates = {
        operation.resource: operation for operation in site.bodies(Role.CREATE) if operation.effect is Effect.WRITE
    }
    deleted: list[Record] = []

    def keep_deleted(_call: Call, record: Record, removed: bool) -> bool:
        deleted.append(record)
        return removed

    def restore_deleted(_call: Call, _record: Record, changes: dict[str, Any]) -> dict[str, Any]:
        while deleted:
            site.world.store.add(deleted.pop(), quiet=True)
        return changes

    delete = site.pick(
        operation
        for operation in site.of_role(Role.DELETE)
        if operation.resource in creates and site.world.shape.resources[operation.resource].prefix
    )
    return at((delete, creates[delete.resource]), remove=keep_deleted, apply=restore_deleted) if delete else None


FAULT = Fault(("WRT-04",), "a POST brings back what was deleted before it", plant, difficulty="subtle")
