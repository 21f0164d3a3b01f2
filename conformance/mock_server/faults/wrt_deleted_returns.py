"""What was deleted comes back when the next thing of its kind is created."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """A collection with POST, DELETE and a list."""
    store, resources = site.world.store, site.world.shape.resources
    listed = {o.resource for o in site.of_role(Role.LIST)} & {o.resource for o in site.of_role(Role.DELETE)}
    operation = site.pick(
        o
        for o in site.bodies(Role.CREATE)
        if o.resource in listed and o.effect is Effect.WRITE and resources[o.resource].prefix
    )
    if operation is None:
        return None
    deleted: list[Record] = []

    def keep(_call: Call, record: Record, wanted: bool) -> bool:
        if wanted and record.resource == operation.resource:
            deleted.append(record)
        return wanted

    def revive(call: Call, record: Record | None, changes: dict[str, object]) -> dict[str, object]:
        while record is None and call.operation.key == operation.key and deleted:
            store.add(deleted.pop())
        return changes

    return Planted({"remove": keep, "apply": revive})


FAULT = Fault(("WRT-04",), "a deleted thing is in its list again", plant, difficulty="subtle", changes=())
