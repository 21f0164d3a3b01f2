"""A decimal is a number, not a string."""

from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    match_format,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a property of the format decimal."""
    choice = site.pick(site.with_property([*site.root_items(), *site.root_lists()], match_format("decimal")))
    return hook_at(choice[0], item=edit_property(choice[1], float)) if choice else None


FAULT = SeededFault(
    ("RSP-03",),
    "a decimal of one operation is a JSON number",
    install,
    implies=("CON-02", "EXP-04", "RSP-10"),  # other reads of the member are correct
)
