"""Lists of links that name a resource twice, as several seeded faults share them."""

from collections.abc import Callable
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.model import Role


def repeat_links(site: FaultSite, repeat: Callable[[list[Any]], list[Any]], fewest: int = 1) -> InstalledFault | None:
    """Return a hook that changes one list of at least so many links; None where no resource has one."""
    choice = site.pick(
        (operation, name)
        for operation, name in site.links(site.with_roles(Role.LIST, Role.ITEM), many=True)
        if len(next(iter(site.world.store.iterate_records(operation.resource))).data[name]) >= fewest
    )
    if choice is None:
        return None
    operation, name = choice

    def change_links(_call: object, _place: Any, data: dict[str, Any]) -> dict[str, Any]:
        links = data.get(name)
        return {**data, name: repeat(links)} if isinstance(links, list) and len(links) >= fewest else data

    return hook_at(operation, item=change_links)
