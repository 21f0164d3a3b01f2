"""A link is a path without host."""

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One link of one kind of member."""
    found = site.pick(site.links(site.items()))
    return found and at(
        found[0],
        item=lambda call, _place, data: (
            {**data, found[1]: data[found[1]].removeprefix(call.base)} if isinstance(data.get(found[1]), str) else data
        ),
    )


FAULT = Fault(
    ("LNK-01", "EXP-01"),
    "a link of one kind of member begins with a slash",
    plant,
    implies=("CON-02", "EXP-03", "EXP-04", "RSP-03"),
)
