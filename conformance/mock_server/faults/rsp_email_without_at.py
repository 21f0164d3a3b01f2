"""One email address has no @."""

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
    """Choose the fourth item of a list with an email property."""
    choice = site.pick(site.with_property(site.root_lists(5), match_format("email")))
    return (
        hook_at(choice[0], item=on_distant_item(edit_property(choice[1], lambda text: text.replace("@", " at ")), 3))
        if choice
        else None
    )


FAULT = SeededFault(
    ("RSP-03",),
    "the email of the fourth item is none",
    install,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
