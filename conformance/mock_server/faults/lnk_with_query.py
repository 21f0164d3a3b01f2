"""A link has a query, and so differs from the URL of its target."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit


def plant(site: Site) -> Planted | None:
    """Choose one link of one list."""
    choice = site.pick(site.links(site.lists()))
    return at(choice[0], item=edit(choice[1], lambda text: text + "?format=json")) if choice else None


FAULT = Fault(
    ("LNK-03", "EXP-03"),
    "a link of one list differs from the url of its target by a query",
    plant,
    difficulty="subtle",
    implies=("CON-02",),
)
