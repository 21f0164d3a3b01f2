"""Of an array of links only the first is expanded."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One expansion of several links."""
    options = [
        (operation, expansion.path)
        for operation, expansion in site.expansions(many=True)
        if any(
            len(each.data.get(expansion.path) or ()) > 1 for each in list(site.world.store.all(operation.resource))[:20]
        )
    ]
    found = site.pick(options)

    def close(call: Any, place: Any, data: dict[str, list[object]]) -> dict[str, list[object]]:
        if found is None or found[1] not in call.every("expand"):
            return data
        links = place.record.data[found[1]]
        closed = [call.base + each for each in links[1:]]
        return {**data, found[1]: [*data[found[1]][:1], *closed]}

    return at(found[0], item=close) if found else None


FAULT = Fault(("EXP-02",), "an expanded array holds one object and then URLs", plant, difficulty="subtle")
