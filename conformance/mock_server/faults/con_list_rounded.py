"""A list rounds a number that the single read shows in full."""

from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    match_type,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one number that is not round already."""
    options = [
        (operation, name)
        for operation, name in site.with_property(site.root_lists(3), match_type("integer"))
        if any(record.data[name] % 100 for record in site.world.store.iterate_records(operation.resource))
        and any(o.resource == operation.resource for o in site.root_items())
    ]
    choice = site.pick(options)
    return choice and hook_at(choice[0], item=edit_property(choice[1], lambda value: value - value % 100))


FAULT = SeededFault(
    ("CON-02",), "a number differs between list and single read", install, implies=("FLT-01", "FLT-02", "FLT-03")
)
