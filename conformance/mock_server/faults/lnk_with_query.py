"""A link carries a query, so that it is not the url of what it leads to."""

from conformance.mock_server.faulting import Fault, Planted, Site, at, edit


def plant(site: Site) -> Planted | None:
    """One link of one list."""
    found = site.pick(site.links(site.lists()))
    return at(found[0], item=edit(found[1], lambda text: text + "?format=json")) if found else None


FAULT = Fault(
    ("LNK-03", "EXP-03"),
    "a link of one list differs from the url of its target by a query",
    plant,
    difficulty="subtle",
    implies=("CON-02",),
)
