"""A required property is missing in the single read."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, without


def plant(site: Site) -> Planted | None:
    """Choose a required property other than the id."""
    options = []
    for operation in site.items():
        schema = site.world.nursery.flat(site.world.description.resolve(operation.item_schema))
        options += [(operation, name) for name in schema.get("required", ()) if name not in {"id", "url"}]
    choice = site.pick(options)
    return at(choice[0], item=without(choice[1])) if choice else None


FAULT = Fault(
    ("RSP-03",),
    "GET of one kind of member lacks a required property",
    plant,
    implies=("CON-02", "EXP-04"),  # other reads of the member have it
)
