"""A list rounds a number that the single read shows in full."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit, kind


def plant(site: Site) -> Planted | None:
    """Choose one number that is not round already."""
    options = [
        (operation, name)
        for operation, name in site.with_property(site.lists(3), kind("integer"))
        if any(record.data[name] % 100 for record in site.world.store.all(operation.resource))
        and any(o.resource == operation.resource for o in site.items())
    ]
    choice = site.pick(options)
    return choice and at(choice[0], item=edit(choice[1], lambda value: value - value % 100))


FAULT = Fault(
    ("CON-02",), "a number differs between list and single read", plant, implies=("FLT-01", "FLT-02", "FLT-03")
)
