"""In a list only the first item is expanded."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One expansion of one list."""
    found = site.pick(site.expansions(Role.LIST, least=4))

    def close(call: Any, place: Any, data: dict[str, object]) -> dict[str, object]:
        if found is None or place.index == 0 or not isinstance(data.get(found[1].path), dict):
            return data
        return {**data, found[1].path: call.base + place.record.data[found[1].path]}

    return at(found[0], item=close) if found else None


FAULT = Fault(
    ("EXP-08",), "from the second item on a list is not expanded", plant, difficulty="subtle", implies=("EXP-02",)
)
