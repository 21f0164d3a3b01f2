"""A created resource does not appear in its list."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose a list with a POST."""
    created = {o.resource for o in site.bodies(Role.CREATE) if o.effect is Effect.WRITE}
    operation = site.pick(o for o in site.of_role(Role.LIST) if o.resource in created)
    old = {record.path for record in site.world.store.all(operation.resource)} if operation else set()

    def hide_created(_call: Call, records: list[Record]) -> list[Record]:
        return [record for record in records if record.path in old]

    return at(operation, select=hide_created)


FAULT = Fault(("WRT-07",), "a new thing is missing in its list", plant, changes=("headers", "body"))
