"""Creating a thing empties a field of the one created before it."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """A field of one POST that may be null; what was there from the beginning is left alone."""
    store, resources = site.world.store, site.world.shape.resources
    read = {o.resource for o in site.of_role(Role.ITEM)}
    found = site.pick(
        (operation, name)
        for operation in site.bodies(Role.CREATE)
        if operation.resource in read and operation.effect is Effect.WRITE and resources[operation.resource].prefix
        for name in site.writable(operation)
        if "null" in (site.properties(operation).get(name, {}).get("type") or ())
    )
    if found is None:
        return None
    operation, name = found
    old = {record.path for record in store.all(operation.resource)}

    def spoil(_call: Call, record: Record | None, changes: dict[str, object]) -> dict[str, object]:
        for each in tuple(store.all(operation.resource)) if record is None else ():
            if each.path not in old:
                store.change(each, {name: None})
        return changes

    return at(operation, apply=spoil)


FAULT = Fault(
    ("CON-01", "WRT-02", "EXP-05"), "a thing changes when another is created", plant, difficulty="subtle", changes=()
)
