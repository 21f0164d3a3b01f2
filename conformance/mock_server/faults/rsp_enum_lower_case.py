"""An enum value is in lower case in one item."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep, edit


def plant(site: Site) -> Planted | None:
    """Choose the second item of a list with an enum in capitals."""
    choice = site.pick(
        site.with_property(
            site.lists(3), lambda _n, schema: all(isinstance(v, str) and v.isupper() for v in schema.get("enum") or [0])
        )
    )
    return at(choice[0], item=deep(edit(choice[1], str.lower), 1)) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "the second item of one list has an enum value in small letters",
    plant,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
