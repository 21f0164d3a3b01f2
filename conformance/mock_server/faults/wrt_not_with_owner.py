"""A created resource does not appear in the links of its owner."""

from dataclasses import replace
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a mirrored list of links to a resource that can be created."""
    created = {o.resource for o in site.with_roles(Role.CREATE)}
    shape = site.world.shape
    single = {name: {link.path for link in shape.list_links(name) if not link.many} for name in shape.resources}
    options = [
        (operation, end.path, leading.resource)
        for end, leading in shape.mirrored_links.items()
        for operation in site.with_roles(Role.ITEM)
        if operation.resource == end.resource
        and leading.resource in created
        and leading.path in single[leading.resource]
    ]
    choice = site.pick(options)
    if choice is None:
        return None
    old = {record.path for record in site.world.store.iterate_records(choice[2])}

    def hide_created(call: Any, _place: object, data: dict[str, list[str]]) -> dict[str, list[str]]:
        links = [link for link in data[choice[1]] if link.removeprefix(call.base) in old]
        return {**data, choice[1]: links}

    creating = frozenset(create.key for create in site.with_roles(Role.CREATE) if create.resource == choice[2])
    planted = hook_at(choice[0], item=hide_created)
    return replace(planted, reporting_operations=creating) if planted else None


FAULT = SeededFault(
    ("WRT-07", "LNK-04"), "a new resource is missing in its owner's links", install, difficulty="subtle"
)
