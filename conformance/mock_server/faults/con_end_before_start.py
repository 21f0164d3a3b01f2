"""One thing ends before it starts."""

from conformance.mock_server.faulting import Fault, Planted, Site, at, deep

_PAIRS = (
    ("start", "end"),
    ("valid_from", "valid_until"),
    ("contract_start", "contract_end"),
    ("created_at", "resolved_at"),
)


def plant(site: Site) -> Planted | None:
    """The second item of a list with such a pair."""
    options = [(o, a, b) for o in site.lists(3) for a, b in _PAIRS if {a, b} <= set(site.properties(o))]
    found = site.pick((o, a, b) for o, a, b in options if list(site.world.store.all(o.resource))[1].data.get(b))

    def swap(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        return {**data, found[1]: data[found[2]], found[2]: data[found[1]]} if found and data.get(found[2]) else data

    return at(found[0], item=deep(swap, 1)) if found else None


FAULT = Fault(
    ("CON-03",), "the second item of one list ends before it starts", plant, difficulty="subtle", implies=("CON-02",)
)
