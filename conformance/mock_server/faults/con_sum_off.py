"""A total is one more than its parts."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role

_TOTALS = ("energy_delivered_watt_hours", "consumption_watts", "generation_watts")


def plant(site: Site) -> Planted | None:
    """One total wherever it is shown alone."""
    reads = site.of_role(Role.ITEM, Role.SINGLETON)
    found = site.pick((o, n) for o in reads for n in _TOTALS if n in site.properties(o))

    def add(_call: object, _place: object, data: dict[str, int]) -> dict[str, int]:
        return {**data, found[1]: data[found[1]] + 1} if found and data.get(found[1]) is not None else data

    return at(found[0], item=add) if found else None


FAULT = Fault(("CON-04",), "a total differs from the sum of its parts by one", plant, difficulty="subtle")
