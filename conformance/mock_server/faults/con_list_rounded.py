"""A list rounds a number that the single read shows in full."""

from conformance.mock_server.faulting import Fault, Planted, Site, at, edit, kind


def plant(site: Site) -> Planted | None:
    """One number that is not round already."""
    options = [
        (operation, name)
        for operation, name in site.with_property(site.lists(3), kind("integer"))
        if any(each.data[name] % 100 for each in site.world.store.all(operation.resource))
        and any(o.resource == operation.resource for o in site.items())
    ]
    found = site.pick(options)
    return found and at(found[0], item=edit(found[1], lambda value: value - value % 100))


FAULT = Fault(
    ("CON-02",), "a number differs between list and single read", plant, implies=("FLT-01", "FLT-02", "FLT-03")
)
