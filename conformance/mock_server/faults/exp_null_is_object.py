"""A null link is expanded to an empty object."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One expansion of a link that is null somewhere."""
    options = [
        (operation, expansion)
        for operation, expansion in site.expansions()
        if any(each.data.get(expansion.path) is None for each in list(site.world.store.all(operation.resource))[:20])
    ]
    found = site.pick(options)

    def fill(call: Any, _place: object, data: dict[str, object]) -> dict[str, object]:
        asked = found is not None and found[1].path in call.every("expand")
        return {**data, found[1].path: {}} if asked and found and data.get(found[1].path) is None else data

    return at(found[0], item=fill) if found else None


FAULT = Fault(
    ("EXP-11",), "a null link becomes {} when it is expanded", plant, difficulty="subtle", implies=("RSP-03", "RSP-10")
)
