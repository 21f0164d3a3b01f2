"""Two filters of one list fail together: the server joins a table twice."""

from itertools import combinations

from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.fault_tools.parameter_faults import fail_when
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose two filters by different fields, neither of which divides the list by null."""
    pairs = [
        (operation, first.parameter, second.parameter)
        for operation in site.model.operations
        for first, second in combinations(operation.filters, 2)
        if first.field and second.field and first.field != second.field and not first.required
    ]
    choice = site.pick(pairs)
    if choice is None:
        return None
    operation, *names = choice
    return hook_at(operation, answer=fail_when(lambda call: all(call.query_values(name) for name in names)))


FAULT = SeededFault(
    ("RSP-08",),
    "?mode=SMART&is_finished=true gives 500, each alone does not",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
