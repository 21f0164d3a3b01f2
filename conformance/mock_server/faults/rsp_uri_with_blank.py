"""A URL outside the API contains a blank."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit
from conformance.model import LinkKind


def plant(site: Site) -> Planted | None:
    """Choose a property of the format uri that is not a link of the API."""
    resources = site.world.shape.resources
    outside = {
        (operation.key, link.path)
        for operation in site.items()
        for link in resources[operation.resource].links
        if link.kind is LinkKind.EXTERNAL
    }
    fitting = site.with_property(site.items(), lambda _n, schema: schema.get("format") == "uri")
    for operation in site.items():
        first = next(iter(site.world.store.all(operation.resource)))
        names = [n for n, s in site.properties(operation).items() if s.get("format") == "uri" and first.data.get(n)]
        fitting += [(operation, name) for name in names]
    choice = site.pick(pair for pair in fitting if (pair[0].key, pair[1]) in outside)
    return at(choice[0], item=edit(choice[1], lambda text: text.replace("://", ":// "))) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "a uri of one kind of member is no URI",
    plant,
    implies=("CON-02", "EXP-04"),  # other reads of the member are correct
)
