"""A number is sent as text in one collection."""

from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    match_type,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an integer that is never null."""
    choice = site.pick(site.with_property([*site.root_lists(), *site.root_items()], match_type("integer")))
    return hook_at(choice[0], item=edit_property(choice[1], str)) if choice else None


FAULT = SeededFault(
    ("RSP-03",),
    "an integer property is a string in one operation",
    install,
    implies=("CON-02", "EXP-04", "RSP-10"),  # other reads of the member are correct
)
