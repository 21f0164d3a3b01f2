"""A URL outside the API contains a blank."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, edit_property, hook_at
from conformance.model import LinkKind


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a property of the format uri that is not a link of the API."""
    resources = site.world.shape.resources
    outside = {
        (operation.key, link.path)
        for operation in site.root_items()
        for link in resources[operation.resource].links
        if link.kind is LinkKind.EXTERNAL
    }
    fitting = site.with_property(site.root_items(), lambda _n, schema: schema.get("format") == "uri")
    for operation in site.root_items():
        first = next(iter(site.world.store.iterate_records(operation.resource)))
        names = [n for n, s in site.properties(operation).items() if s.get("format") == "uri" and first.data.get(n)]
        fitting += [(operation, name) for name in names]
    choice = site.pick(pair for pair in fitting if (pair[0].key, pair[1]) in outside)
    return (
        hook_at(choice[0], item=edit_property(choice[1], lambda text: text.replace("://", ":// "))) if choice else None
    )


FAULT = SeededFault(
    ("RSP-03",),
    "a uri of one kind of member is no URI",
    install,
    implies=("CON-02", "EXP-04"),  # other reads of the member are correct
)
