"""A link leads to a member of the wrong collection."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """Choose one link of one resource, and point it at a member of another collection."""
    choice = site.pick(
        (operation, n) for operation, n in site.links(site.items()) if operation.resource != site.world.shape.principal
    )
    wrong = next(iter(site.world.store.all(site.world.shape.principal)), None)
    options = [operation for operation in site.items() if operation.resource != (choice[0].resource if choice else "")]
    elsewhere = site.pick(operation for operation in options if operation.resource != site.world.shape.principal)
    record = next(iter(site.world.store.all(elsewhere.resource)), wrong) if elsewhere else wrong
    if choice is None or record is None:
        return None
    return at(choice[0], item=lambda call, _place, data: {**data, choice[1]: call.base + record.path})


FAULT = Fault(
    ("LNK-03",),
    "a link of one kind of member leads to another kind of thing",
    plant,
    implies=("CON-02", "EXP-02", "WRT-01"),
)
