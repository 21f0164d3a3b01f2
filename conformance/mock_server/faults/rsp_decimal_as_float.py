"""A decimal is sent as a number."""

from conformance.mock_server.faulting import Fault, Planted, Site, at, edit, form


def plant(site: Site) -> Planted | None:
    """A property of the format decimal."""
    found = site.pick(site.with_property([*site.items(), *site.lists()], form("decimal")))
    return at(found[0], item=edit(found[1], float)) if found else None


FAULT = Fault(
    ("RSP-03",),
    "a decimal of one operation is a JSON number",
    plant,
    implies=("CON-02", "EXP-04", "RSP-10"),  # elsewhere the same member is right
)
