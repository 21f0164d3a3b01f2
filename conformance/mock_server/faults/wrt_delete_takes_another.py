"""DELETE also removes the first other resource of its kind."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose a resource that can be created and deleted."""
    creatable = {operation.resource for operation in site.bodies(Role.CREATE) if operation.effect is Effect.WRITE}
    delete = site.pick(operation for operation in site.of_role(Role.DELETE) if operation.resource in creatable)

    def remove_neighbour(_call: Call, record: Record, removed: bool) -> bool:
        for neighbour in site.beside(record)[:1]:
            site.world.store.remove(neighbour)
        return removed

    return at(delete, remove=remove_neighbour)


FAULT = Fault(("WRT-04",), "a DELETE takes another thing along", plant)
