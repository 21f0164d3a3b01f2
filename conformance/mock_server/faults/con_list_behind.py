"""One item of a list shows an old text."""

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
    """Choose a text without enum and format, of the second item of a list."""
    options = [
        (operation, n)
        for operation, n in site.with_property(site.root_lists(3), match_type("string"))
        if n not in {"id", "url"} and any(item.resource == operation.resource for item in site.root_items())
    ]
    choice = site.pick(
        (operation, n)
        for operation, n in options
        if "pattern" not in site.properties(operation)[n] and "maxLength" not in site.properties(operation)[n]
    )
    return choice and hook_at(
        choice[0], item=on_distant_item(edit_property(choice[1], lambda text: text + " (old)"), 1)
    )


FAULT = SeededFault(
    ("CON-02",), "a text of the second item of one list is another than read alone", install, difficulty="subtle"
)
