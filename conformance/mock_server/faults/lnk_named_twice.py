"""A list of links names its last thing twice."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of links of a resource."""
    options = site.links(site.with_roles(Role.LIST, Role.ITEM), many=True)
    several = [
        (operation, name)
        for operation, name in options
        if len(next(iter(site.world.store.iterate_records(operation.resource))).data[name]) >= 1
    ]
    choice = site.pick(several)
    if choice is None:
        return None

    def repeat_link(_call: object, _place: Any, data: dict[str, Any]) -> dict[str, Any]:
        links = data.get(choice[1])
        return {**data, choice[1]: [*links, links[-1]]} if isinstance(links, list) and links else data

    return hook_at(choice[0], item=repeat_link)


FAULT = SeededFault(("LNK-06",), "one thing is linked twice", install, implies=("CON-02", "CON-07", "EXP-02"))
