"""One item on the second page has a property of the wrong type."""

from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    match_type,
    on_distant_item,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the thirty-second item of a list."""
    choice = site.pick(site.with_property(site.paged_lists(), match_type("string", "integer", "boolean")))
    return hook_at(choice[0], item=on_distant_item(edit_property(choice[1], lambda value: [value]))) if choice else None


FAULT = SeededFault(
    ("RSP-10", "RSP-03"),
    "the item at offset 31 of one list is invalid",
    install,
    difficulty="subtle",
    implies=("CON-02", "CON-07", "IDS-01"),  # the single read is correct; the property may be the id
)
