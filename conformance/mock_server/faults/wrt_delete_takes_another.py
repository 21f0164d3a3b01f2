"""DELETE takes the first other thing of its kind along."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """A kind of thing that can be created and deleted."""
    made = {o.resource for o in site.bodies(Role.CREATE) if o.effect is Effect.WRITE}
    delete = site.pick(o for o in site.of_role(Role.DELETE) if o.resource in made)

    def act(_call: Call, record: Record, removed: bool) -> bool:
        for other in site.beside(record)[:1]:
            site.world.store.remove(other)
        return removed

    return at(delete, remove=act)


FAULT = Fault(("WRT-04",), "a DELETE takes another thing along", plant)
