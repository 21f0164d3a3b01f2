"""One id is larger than 128 bits."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, deep


def plant(site: Site) -> Planted | None:
    """Choose the third item of a list, and begin its ULID with 8."""
    operation = site.pick(o for o in site.lists(4) if site.world.shape.resources[o.resource].prefix)

    def change_id(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        old = str(data.get("id", ""))
        new = old[:4] + "8" + old[5:]
        return {**data, "id": new, "url": str(data["url"]).replace(old, new)} if old and "url" in data else data

    return at(operation, item=deep(change_id, 2))


FAULT = Fault(
    ("IDS-02", "IDS-07"), "the third id of one list overflows", plant, difficulty="subtle", implies=("FLT-02", "FLT-05")
)
