"""The URL of one item is that of the first item."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the second item of a list."""
    operation = site.pick(o for o in site.root_lists(3) if "url" in site.properties(o) and "id" in site.properties(o))
    first = next(iter(site.world.store.iterate_records(operation.resource))) if operation else None
    return hook_at(
        operation,
        item=on_distant_item(lambda call, _place, data: {**data, "url": call.base + first.path} if first else data, 1),
    )


FAULT = SeededFault(
    ("IDS-04", "IDS-07"), "the second item of one list has another one's url", install, difficulty="subtle"
)
