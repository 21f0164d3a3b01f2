"""Of several created resources, the list shows only the newest."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose a list with a POST, of a resource that can be deleted.

    Probes delete what one step created before the next step, and so only histories detect this.
    """
    created = {o.resource for o in site.bodies(Role.CREATE) if o.effect is Effect.WRITE}
    deleted = {o.resource for o in site.of_role(Role.DELETE)}
    operation = site.pick(o for o in site.of_role(Role.LIST) if o.resource in created & deleted)
    old = {record.path for record in site.world.store.all(operation.resource)} if operation else set()

    def hide_older(_call: Call, records: list[Record]) -> list[Record]:
        newest = max((record.key for record in records if record.path not in old), default="")
        return [record for record in records if record.path in old or record.key == newest]

    return at(operation, select=hide_older)


FAULT = Fault(
    ("WRT-07",),
    "a second new thing hides the first in the list",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
)
