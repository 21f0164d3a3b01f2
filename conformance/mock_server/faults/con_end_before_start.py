"""One record ends before it starts."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item

_PAIRS = (
    ("start", "end"),
    ("valid_from", "valid_until"),
    ("contract_start", "contract_end"),
    ("created_at", "resolved_at"),
)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the second item of a list with such a pair of times."""
    options = [
        (operation, a, b)
        for operation in site.root_lists(3)
        for a, b in _PAIRS
        if {a, b} <= set(site.properties(operation))
    ]
    choice = site.pick(
        (operation, a, b)
        for operation, a, b in options
        if list(site.world.store.iterate_records(operation.resource))[1].data.get(b)
    )

    def swap_times(_call: object, _place: object, data: dict[str, object]) -> dict[str, object]:
        return (
            {**data, choice[1]: data[choice[2]], choice[2]: data[choice[1]]} if choice and data.get(choice[2]) else data
        )

    return hook_at(choice[0], item=on_distant_item(swap_times, 1)) if choice else None


FAULT = SeededFault(
    ("CON-03",), "the second item of one list ends before it starts", install, difficulty="subtle", implies=("CON-02",)
)
