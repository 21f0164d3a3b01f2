"""One date-time of one item loses its offset."""

from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    match_format,
    on_distant_item,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the third item of a list."""
    choice = site.pick(site.with_property(site.root_lists(5), match_format("date-time")))
    return (
        hook_at(choice[0], item=on_distant_item(edit_property(choice[1], lambda text: text.rstrip("Z")), 2))
        if choice
        else None
    )


FAULT = SeededFault(
    ("RSP-03",),
    "the third item of one list has a date-time without offset",
    install,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
