"""The time in the ids of one collection is in the future."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose every item of a list."""
    operation = site.pick(o for o in site.root_lists() if site.world.shape.resources[o.resource].prefix)

    def change_id(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        old = str(data.get("id", ""))
        new = old[:4] + "03" + old[6:]
        return {**data, "id": new, "url": str(data["url"]).replace(old, new)} if old and "url" in data else data

    return hook_at(operation, item=change_id)


FAULT = SeededFault(
    ("IDS-03", "IDS-07"), "the times in the ids of one list are decades ahead", install, implies=("RSP-12",)
)
