"""A required property is null in one record."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep, edit, kind


def plant(site: Site) -> Planted | None:
    """Choose the second item of a list."""
    choice = site.pick(site.with_property(site.lists(3), kind("string", "integer", "boolean")))
    return at(choice[0], item=deep(edit(choice[1], lambda _value: None), 1)) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "the second item of one list has null where null is not allowed",
    plant,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
