"""A mirrored list of links lacks one."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """Choose one property that mirrors links of other resources, and leave out its last entry."""
    ends = [end for end in site.world.shape.mirrors if "." not in end.path]
    options = [
        (operation, end.path)
        for end in ends
        for operation in site.of_role(Role.ITEM)
        if operation.resource == end.resource
        and isinstance(_read_first_record(site, operation.resource).get(end.path), list)
    ]
    choice = site.pick(option for option in options if len(_read_first_record(site, option[0].resource)[option[1]]) > 0)
    return choice and at(choice[0], item=lambda _c, _p, data: {**data, choice[1]: data[choice[1]][:-1]})


def _read_first_record(site: Site, resource: str) -> dict[str, list[str]]:
    return next(iter(site.world.store.all(resource))).data


FAULT = Fault(
    ("LNK-04",),
    "links back to one kind of member are incomplete",
    plant,
    difficulty="subtle",
    implies=("CON-02", "EXP-04"),
)
