"""Only the first link of an array is expanded."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion of several links."""
    options = [
        (operation, expansion.path)
        for operation, expansion in site.expansions(many=True)
        if any(
            len(record.data.get(expansion.path) or ()) > 1
            for record in list(site.world.store.iterate_records(operation.resource))[:20]
        )
    ]
    choice = site.pick(options)

    def collapse_links(call: Any, place: Any, data: dict[str, list[object]]) -> dict[str, list[object]]:
        if choice is None or choice[1] not in call.query_values("expand"):
            return data
        links = place.record.data[choice[1]]
        closed = [call.base + link for link in links[1:]]
        return {**data, choice[1]: [*data[choice[1]][:1], *closed]}

    return hook_at(choice[0], item=collapse_links) if choice else None


FAULT = SeededFault(("EXP-02",), "an expanded array holds one object and then URLs", install, difficulty="subtle")
