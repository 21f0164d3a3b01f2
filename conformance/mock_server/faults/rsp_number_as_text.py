"""A number is sent as text in one collection."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit, kind


def plant(site: Site) -> Planted | None:
    """Choose an integer that is never null."""
    choice = site.pick(site.with_property([*site.lists(), *site.items()], kind("integer")))
    return at(choice[0], item=edit(choice[1], str)) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "an integer property is a string in one operation",
    plant,
    implies=("CON-02", "EXP-04", "RSP-10"),  # other reads of the member are correct
)
