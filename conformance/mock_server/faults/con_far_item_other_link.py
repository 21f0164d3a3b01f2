"""One item on a later page of a list links to a resource of its neighbour."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a link of a list of several pages, and the fourth item."""
    items = {operation.resource for operation in site.root_items()}
    choice = site.pick(site.links([o for o in site.root_lists(12) if o.resource in items]))
    if choice is None:
        return None
    operation, name = choice
    values = [r.data.get(name) for r in site.world.store.iterate_records(operation.resource)]

    def link_elsewhere(call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
        others = [value for value in values if value and value != place.record.data.get(name)]
        return {**data, name: call.base + others[0]} if others and isinstance(data.get(name), str) else data

    return hook_at(operation, item=on_distant_item(link_elsewhere, 3))


FAULT = SeededFault(
    ("CON-02",), "a link of the fourth item differs from the single read", install, difficulty="subtle",
    implies=("CON-07", "LNK-05", "FLT-01", "AUT-05", "AUT-06"),
)  # fmt: skip
