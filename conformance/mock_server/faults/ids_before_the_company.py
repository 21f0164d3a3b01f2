"""The time in one id is zero."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the first item of a list."""
    operation = site.pick(o for o in site.root_lists() if site.world.shape.resources[o.resource].prefix)

    def change_id(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        old = str(data.get("id", ""))
        new = old[:4] + "0000000000" + old[14:]
        return {**data, "id": new, "url": str(data["url"]).replace(old, new)} if old and "url" in data else data

    return hook_at(operation, item=on_distant_item(change_id, 0))


FAULT = SeededFault(
    ("IDS-03", "IDS-07"), "the first id of one list is of 1970", install, difficulty="subtle", implies=("RSP-12",)
)
