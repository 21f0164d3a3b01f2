"""PATCH changes every member of the collection, like an UPDATE without WHERE."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH of a member of a collection."""
    operation = site.pick(o for o in site.body_writes(Role.UPDATE) if o.path.endswith("}"))

    def change_neighbours(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        for neighbour in site.siblings(record):
            site.world.store.change(neighbour, changes, quiet=True)
        return changes

    return hook_at(operation, apply=change_neighbours)


FAULT = SeededFault(("WRT-02",), "a PATCH of one resource changes all of its kind", install)
