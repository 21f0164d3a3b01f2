"""What was created does not appear in the links of its owner."""

from dataclasses import replace
from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """A mirrored list of links to a kind of thing that can be created."""
    created = {o.resource for o in site.of_role(Role.CREATE)}
    shape = site.world.shape
    single = {name: {link.path for link in shape.links(name) if not link.many} for name in shape.resources}
    options = [
        (operation, end.path, leading.resource)
        for end, leading in shape.mirrors.items()
        for operation in site.of_role(Role.ITEM)
        if operation.resource == end.resource
        and leading.resource in created
        and leading.path in single[leading.resource]
    ]
    found = site.pick(options)
    if found is None:
        return None
    old = {record.path for record in site.world.store.all(found[2])}

    def hide(call: Any, _place: object, data: dict[str, list[str]]) -> dict[str, list[str]]:
        links = [each for each in data[found[1]] if each.removeprefix(call.base) in old]
        return {**data, found[1]: links}

    creating = frozenset(each.key for each in site.of_role(Role.CREATE) if each.resource == found[2])
    planted = at(found[0], item=hide)
    return replace(planted, told=creating) if planted else None


FAULT = Fault(("WRT-07", "LNK-04"), "a new thing is missing in its owner's links", plant, difficulty="subtle")
