"""The URL of one item is that of the first item."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep


def plant(site: Site) -> Planted | None:
    """Choose the second item of a list."""
    operation = site.pick(o for o in site.lists(3) if "url" in site.properties(o) and "id" in site.properties(o))
    first = next(iter(site.world.store.all(operation.resource))) if operation else None
    return at(
        operation,
        item=deep(lambda call, _place, data: {**data, "url": call.base + first.path} if first else data, 1),
    )


FAULT = Fault(("IDS-04", "IDS-07"), "the second item of one list has another one's url", plant, difficulty="subtle")
