"""One id has a letter that is not in Crockford's base32."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the second item of a list, and end its id with `U`, also in its URL."""
    operation = site.pick(o for o in site.root_lists(3) if site.world.shape.resources[o.resource].prefix)

    def change_id(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        old = str(data.get("id", ""))
        new = old[:-1] + "U"
        return {**data, "id": new, "url": str(data["url"]).replace(old, new)} if old and "url" in data else data

    return hook_at(operation, item=on_distant_item(change_id, 1))


FAULT = SeededFault(("IDS-02", "IDS-07"), "the second id of one list ends in U", install, difficulty="subtle")
