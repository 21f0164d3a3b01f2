"""A list shows times of day of another zone, as if they were in UTC."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role

_NAMES = ("created_at", "joined_at")


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of things with a time of creation."""
    options = [
        (o, n) for o in site.root_lists(3) for n in _NAMES if n in site.properties(o) and "url" in site.properties(o)
    ]
    choice = site.pick(option for option in options if site.with_roles(Role.ITEM))
    if choice is None:
        return None

    def shift_times(_call: object, place: Any, data: dict[str, Any]) -> dict[str, Any]:
        moment = clock.parse_time(str(data.get(choice[1])))
        if moment is None or place.offset < 1:
            return data
        return {**data, choice[1]: clock.format_time(moment + clock.HOUR)}

    return hook_at(choice[0], item=shift_times)


FAULT = SeededFault(
    ("CON-06",), "a time in a list is an hour off", install, difficulty="subtle", implies=("CON-02", "CON-07", "FLT-01")
)
