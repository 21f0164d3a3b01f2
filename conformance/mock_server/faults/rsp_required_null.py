"""A required property is null in one record."""

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
    """Choose the second item of a list."""
    choice = site.pick(site.with_property(site.root_lists(3), match_type("string", "integer", "boolean")))
    return (
        hook_at(choice[0], item=on_distant_item(edit_property(choice[1], lambda _value: None), 1)) if choice else None
    )


FAULT = SeededFault(
    ("RSP-03",),
    "the second item of one list has null where null is not allowed",
    install,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
