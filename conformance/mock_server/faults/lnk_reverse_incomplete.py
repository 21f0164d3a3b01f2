"""A mirrored list of links lacks one."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one property that mirrors links of other resources, and leave out its last entry."""
    ends = [end for end in site.world.shape.mirrored_links if "." not in end.path]
    options = [
        (operation, end.path)
        for end in ends
        for operation in site.with_roles(Role.ITEM)
        if operation.resource == end.resource
        and isinstance(_read_first_record(site, operation.resource).get(end.path), list)
    ]
    choice = site.pick(option for option in options if len(_read_first_record(site, option[0].resource)[option[1]]) > 0)
    return choice and hook_at(choice[0], item=lambda _c, _p, data: {**data, choice[1]: data[choice[1]][:-1]})


def _read_first_record(site: FaultSite, resource: str) -> dict[str, list[str]]:
    return next(iter(site.world.store.iterate_records(resource))).data


FAULT = SeededFault(
    ("LNK-04",),
    "links back to one kind of member are incomplete",
    install,
    difficulty="subtle",
    implies=("CON-02", "EXP-04"),
)
