"""A mirrored list of links contains a link to a resource of another user."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one property that mirrors links of other resources, and add an entry of another user."""
    shape, store = site.world.shape, site.world.store
    options = [
        (operation, end.path, leading.resource)
        for end, leading in shape.mirrored_links.items()
        for operation in site.with_roles(Role.ITEM)
        if operation.resource == end.resource and end.resource == shape.user_resource
    ]
    choice = site.pick(options)
    if choice is None:
        return None
    strangers = list(store.iterate_records(choice[2]))

    def add_foreign_link(call: Any, place: Any, data: dict[str, list[str]]) -> dict[str, list[str]]:
        owner = place.record.owner
        foreign = next(stranger for stranger in strangers if stranger.owner != owner)
        return {**data, choice[1]: [*data[choice[1]], call.base + foreign.path]}

    return hook_at(choice[0], item=add_foreign_link)


FAULT = SeededFault(
    ("LNK-04",),
    "a user's links name something of another user",
    install,
    difficulty="subtle",
    implies=("CON-02", "EXP-04"),
)
