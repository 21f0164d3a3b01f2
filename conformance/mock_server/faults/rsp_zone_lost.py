"""One date-time of one item loses its offset."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep, edit, form


def plant(site: Site) -> Planted | None:
    """Choose the third item of a list."""
    choice = site.pick(site.with_property(site.lists(5), form("date-time")))
    return at(choice[0], item=deep(edit(choice[1], lambda text: text.rstrip("Z")), 2)) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "the third item of one list has a date-time without offset",
    plant,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
