"""Of several things that were created, the list has the newest alone."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """A list with a POST beside it, of things that can be deleted: those of one step are gone before the next."""
    created = {o.resource for o in site.bodies(Role.CREATE) if o.effect is Effect.WRITE}
    deleted = {o.resource for o in site.of_role(Role.DELETE)}
    operation = site.pick(o for o in site.of_role(Role.LIST) if o.resource in created & deleted)
    old = {record.path for record in site.world.store.all(operation.resource)} if operation else set()

    def hide(_call: Call, records: list[Record]) -> list[Record]:
        newest = max((each.key for each in records if each.path not in old), default="")
        return [each for each in records if each.path in old or each.key == newest]

    return at(operation, select=hide)


FAULT = Fault(
    ("WRT-07",),
    "a second new thing hides the first in the list",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
)
