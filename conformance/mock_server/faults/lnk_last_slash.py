"""A link has an extra slash at its end."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit


def plant(site: Site) -> Planted | None:
    """Choose one link of one list."""
    choice = site.pick(site.links(site.lists()))
    return at(choice[0], item=edit(choice[1], lambda text: text + "/")) if choice else None


FAULT = Fault(
    ("LNK-02", "LNK-03"), "a link of one list ends with a slash and gives 404", plant, implies=("CON-02", "EXP-03")
)
