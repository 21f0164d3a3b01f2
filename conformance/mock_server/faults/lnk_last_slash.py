"""A link has an extra slash at its end."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, edit_property, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one link of one list."""
    choice = site.pick(site.links(site.root_lists()))
    return hook_at(choice[0], item=edit_property(choice[1], lambda text: text + "/")) if choice else None


FAULT = SeededFault(
    ("LNK-02", "LNK-03"), "a link of one list ends with a slash and gives 404", install, implies=("CON-02", "EXP-03")
)
