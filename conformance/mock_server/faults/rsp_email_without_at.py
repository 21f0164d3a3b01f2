"""One email address has no @."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep, edit, form


def plant(site: Site) -> Planted | None:
    """Choose the fourth item of a list with an email property."""
    choice = site.pick(site.with_property(site.lists(5), form("email")))
    return at(choice[0], item=deep(edit(choice[1], lambda text: text.replace("@", " at ")), 3)) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "the email of the fourth item is none",
    plant,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
