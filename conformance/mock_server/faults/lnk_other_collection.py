"""A link leads to a member of the wrong collection."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one link of one resource, and point it at a member of another collection."""
    choice = site.pick(
        (operation, n)
        for operation, n in site.links(site.root_items())
        if operation.resource != site.world.shape.user_resource
    )
    wrong = next(iter(site.world.store.iterate_records(site.world.shape.user_resource)), None)
    options = [
        operation for operation in site.root_items() if operation.resource != (choice[0].resource if choice else "")
    ]
    elsewhere = site.pick(operation for operation in options if operation.resource != site.world.shape.user_resource)
    record = next(iter(site.world.store.iterate_records(elsewhere.resource)), wrong) if elsewhere else wrong
    if choice is None or record is None:
        return None
    return hook_at(choice[0], item=lambda call, _place, data: {**data, choice[1]: call.base + record.path})


FAULT = SeededFault(
    ("LNK-03",),
    "a link of one kind of member leads to another kind of resource",
    install,
    implies=("CON-02", "EXP-02", "WRT-01"),
)
