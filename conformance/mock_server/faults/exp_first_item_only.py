"""Only the first item of a list is expanded."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion of one list."""
    choice = site.pick(site.expansions(Role.LIST, min_count=4))

    def collapse_link(call: Any, place: Any, data: dict[str, object]) -> dict[str, object]:
        if choice is None or place.index == 0 or not isinstance(data.get(choice[1].path), dict):
            return data
        return {**data, choice[1].path: call.base + place.record.data[choice[1].path]}

    return hook_at(choice[0], item=collapse_link) if choice else None


FAULT = SeededFault(
    ("EXP-08",), "from the second item on a list is not expanded", install, difficulty="subtle", implies=("EXP-02",)
)
