"""A link has a query, and so differs from the URL of its target."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, edit_property, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one link of one list."""
    choice = site.pick(site.links(site.root_lists()))
    return hook_at(choice[0], item=edit_property(choice[1], lambda text: text + "?format=json")) if choice else None


FAULT = SeededFault(
    ("LNK-03", "EXP-03"),
    "a link of one list differs from the url of its target by a query",
    install,
    difficulty="subtle",
    implies=("CON-02",),
)
