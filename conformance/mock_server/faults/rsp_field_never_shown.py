"""A documented optional property is never sent."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an optional property of a resource that has its own read, and hide it everywhere."""
    options = []
    for operation in site.root_items():
        schema = site.world.schema_compiler.fold_schema(site.world.description.resolve(operation.item_schema))
        links = {link.path for link in site.world.shape.resources[operation.resource].links}
        options += [
            (operation.resource, name)
            for name in schema.get("properties", {})
            if name not in schema.get("required", ()) and name not in links and name != "id"
        ]
    choice = site.pick(options)
    if choice is None:
        return None
    resource, name = choice

    def hide_field(data: dict[str, object]) -> dict[str, object]:
        return {key: value for key, value in data.items() if key != name}

    return hook_everywhere(
        item=lambda _call, place, data: hide_field(data) if place.record.resource == resource else data,
        nested=lambda _call, _path, record, data: hide_field(data) if record.resource == resource else data,
    )


FAULT = SeededFault(("RSP-07",), "one optional property appears nowhere", install, difficulty="subtle")
