"""A required property is missing in the single read."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, drop_property, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a required property other than the id."""
    options = []
    for operation in site.root_items():
        schema = site.world.schema_compiler.fold_schema(site.world.description.resolve(operation.item_schema))
        options += [(operation, name) for name in schema.get("required", ()) if name not in {"id", "url"}]
    choice = site.pick(options)
    return hook_at(choice[0], item=drop_property(choice[1])) if choice else None


FAULT = SeededFault(
    ("RSP-03",),
    "GET of one kind of member lacks a required property",
    install,
    implies=("CON-02", "EXP-04"),  # other reads of the member have it
)
