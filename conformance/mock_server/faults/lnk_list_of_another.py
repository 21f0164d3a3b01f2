"""In one item, the link to a list filters by another record's id."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item
from conformance.model import LinkKind


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the second item of a list."""
    options = site.links(site.root_lists(3), LinkKind.LIST)
    choice = site.pick(
        (operation, n)
        for operation, n in options
        if "?" in next(iter(site.world.store.iterate_records(operation.resource))).data[n]
    )
    if choice is None:
        return None
    first = next(iter(site.world.store.iterate_records(choice[0].resource))).data[choice[1]]
    return hook_at(
        choice[0], item=on_distant_item(lambda call, _place, data: {**data, choice[1]: call.base + first}, 1)
    )


FAULT = SeededFault(
    ("LNK-05",),
    "the second item of one list links to the list of the first",
    install,
    difficulty="subtle",
    implies=("CON-02",),
)
