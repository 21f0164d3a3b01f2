"""A link of one record leads to a resource that does not exist."""

from conformance.mock_server.seeded_faults import NEVER_THERE, Fault, Planted, Site, at, deep, edit


def plant(site: Site) -> Planted | None:
    """Choose a link of the second item of a list."""
    choice = site.pick((operation, n) for operation, n in site.links(site.lists(3)) if site.count(operation) > 2)

    def change_target(text: str) -> str:
        head, _, key = text.rpartition("/")
        return f"{head}/{key[:4]}{NEVER_THERE}"

    return at(choice[0], item=deep(edit(choice[1], change_target), 1)) if choice else None


FAULT = Fault(
    ("LNK-02",),
    "a link of the second item of one list gives 404",
    plant,
    difficulty="subtle",
    implies=(
        "CON-02",
        "EXP-03",
        "FLT-01",
        "FLT-05",
    ),  # the wrong link is shown, also where its expansion or filter is requested
)
