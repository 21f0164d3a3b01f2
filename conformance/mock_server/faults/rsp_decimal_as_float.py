"""A decimal is a number, not a string."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit, form


def plant(site: Site) -> Planted | None:
    """Choose a property of the format decimal."""
    choice = site.pick(site.with_property([*site.items(), *site.lists()], form("decimal")))
    return at(choice[0], item=edit(choice[1], float)) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "a decimal of one operation is a JSON number",
    plant,
    implies=("CON-02", "EXP-04", "RSP-10"),  # other reads of the member are correct
)
