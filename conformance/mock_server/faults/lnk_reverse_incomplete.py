"""A list of links back misses one."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One property that mirrors links elsewhere loses its last entry."""
    ends = [each for each in site.world.shape.mirrors if "." not in each.path]
    options = [
        (operation, end.path)
        for end in ends
        for operation in site.of_role(Role.ITEM)
        if operation.resource == end.resource and isinstance(_first(site, operation.resource).get(end.path), list)
    ]
    found = site.pick(each for each in options if len(_first(site, each[0].resource)[each[1]]) > 0)
    return found and at(found[0], item=lambda _c, _p, data: {**data, found[1]: data[found[1]][:-1]})


def _first(site: Site, resource: str) -> dict[str, list[str]]:
    return next(iter(site.world.store.all(resource))).data


FAULT = Fault(
    ("LNK-04",),
    "links back to one kind of member are incomplete",
    plant,
    difficulty="subtle",
    implies=("CON-02", "EXP-04"),
)
