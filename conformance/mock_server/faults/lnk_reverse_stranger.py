"""A list of links back holds one that leads away."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One property that mirrors links elsewhere gets an entry that belongs to someone else."""
    shape, store = site.world.shape, site.world.store
    options = [
        (operation, end.path, leading.resource)
        for end, leading in shape.mirrors.items()
        for operation in site.of_role(Role.ITEM)
        if operation.resource == end.resource and end.resource == shape.principal
    ]
    found = site.pick(options)
    if found is None:
        return None
    strangers = list(store.all(found[2]))

    def add(call: Any, place: Any, data: dict[str, list[str]]) -> dict[str, list[str]]:
        mine = place.record.owner
        other = next(each for each in strangers if each.owner != mine)
        return {**data, found[1]: [*data[found[1]], call.base + other.path]}

    return at(found[0], item=add)


FAULT = Fault(
    ("LNK-04",),
    "a user's links name something of another user",
    plant,
    difficulty="subtle",
    implies=("CON-02", "EXP-04"),
)
