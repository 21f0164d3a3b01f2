"""One price lasts into the next one."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, on_distant_item
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of intervals without the time when each was made, and its sixth item."""
    options = [
        operation
        for operation in site.with_roles(Role.LIST)
        if {"started_at", "interval_seconds"} <= set(site.properties(operation))
        and not {"created_at", "sampled_at"} & set(site.properties(operation))
    ]
    choice = site.pick(options)
    return hook_at(choice, item=on_distant_item(lambda _c, _p, data: {**data, "interval_seconds": 5400}, 5))


FAULT = SeededFault(("CHG-07",), "two prices hold at the same time", install, difficulty="subtle")
