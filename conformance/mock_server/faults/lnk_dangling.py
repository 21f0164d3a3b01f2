"""A link of one record leads to a resource that does not exist."""

from conformance.mock_server.seeded_faults import (
    UNKNOWN_ULID,
    FaultSite,
    InstalledFault,
    SeededFault,
    edit_property,
    hook_at,
    on_distant_item,
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a link of the second item of a list."""
    choice = site.pick(
        (operation, n) for operation, n in site.links(site.root_lists(3)) if site.count_records(operation) > 2
    )

    def change_target(text: str) -> str:
        head, _, key = text.rpartition("/")
        return f"{head}/{key[:4]}{UNKNOWN_ULID}"

    return hook_at(choice[0], item=on_distant_item(edit_property(choice[1], change_target), 1)) if choice else None


FAULT = SeededFault(
    ("LNK-02",),
    "a link of the second item of one list gives 404",
    install,
    difficulty="subtle",
    implies=(
        "CON-02",
        "EXP-03",
        "FLT-01",
        "FLT-05",
    ),  # the wrong link is shown, also where its expansion or filter is requested
)
