"""DELETE also removes the first other resource of its kind."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource that can be created and deleted."""
    creatable = {operation.resource for operation in site.body_writes(Role.CREATE) if operation.effect is Effect.WRITE}
    delete = site.pick(operation for operation in site.with_roles(Role.DELETE) if operation.resource in creatable)

    def remove_neighbour(_call: ServerCall, record: StoredRecord, removed: bool) -> bool:
        for neighbour in site.siblings(record)[:1]:
            site.world.store.remove(neighbour)
        return removed

    return hook_at(delete, remove=remove_neighbour)


FAULT = SeededFault(("WRT-04",), "a DELETE also removes another resource", install)
