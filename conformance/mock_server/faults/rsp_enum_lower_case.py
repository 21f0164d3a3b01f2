"""An enum value is in lower case in one item."""

from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    on_distant_item,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the second item of a list with an enum in capitals."""
    choice = site.pick(
        site.with_property(
            site.root_lists(3),
            lambda _n, schema: all(isinstance(v, str) and v.isupper() for v in schema.get("enum") or [0]),
        )
    )
    return hook_at(choice[0], item=on_distant_item(edit_property(choice[1], str.lower), 1)) if choice else None


FAULT = SeededFault(
    ("RSP-03",),
    "the second item of one list has an enum value in small letters",
    install,
    difficulty="subtle",
    implies=("CON-02", "RSP-10"),  # the single read of the item is correct
)
