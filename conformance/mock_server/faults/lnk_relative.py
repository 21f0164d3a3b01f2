"""A link is a path without host."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one link of one resource."""
    choice = site.pick(site.links(site.root_items()))
    return choice and hook_at(
        choice[0],
        item=lambda call, _place, data: (
            {**data, choice[1]: data[choice[1]].removeprefix(call.base)}
            if isinstance(data.get(choice[1]), str)
            else data
        ),
    )


FAULT = SeededFault(
    ("LNK-01", "EXP-01"),
    "a link of one kind of member begins with a slash",
    install,
    implies=("CON-02", "EXP-03", "EXP-04", "RSP-03"),
)
