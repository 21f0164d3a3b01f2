"""One id is larger than 128 bits."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the third item of a list, and begin its ULID with 8."""
    operation = site.pick(o for o in site.root_lists(4) if site.world.shape.resources[o.resource].prefix)

    def change_id(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        old = str(data.get("id", ""))
        new = old[:4] + "8" + old[5:]
        return {**data, "id": new, "url": str(data["url"]).replace(old, new)} if old and "url" in data else data

    return hook_at(operation, item=on_distant_item(change_id, 2))


FAULT = SeededFault(
    ("IDS-02", "IDS-07"),
    "the third id of one list overflows",
    install,
    difficulty="subtle",
    implies=("FLT-02", "FLT-05"),
)
