"""One item on the second page has a property of the wrong type."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep, edit, kind


def plant(site: Site) -> Planted | None:
    """Choose the thirty-second item of a list."""
    choice = site.pick(site.with_property(site.paged(), kind("string", "integer", "boolean")))
    return at(choice[0], item=deep(edit(choice[1], lambda value: [value]))) if choice else None


FAULT = Fault(
    ("RSP-10", "RSP-03"),
    "the item at offset 31 of one list is invalid",
    plant,
    difficulty="subtle",
    implies=("CON-02", "IDS-01"),  # the single read is correct; the property may be the id
)
