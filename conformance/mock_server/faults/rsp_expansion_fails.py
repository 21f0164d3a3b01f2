"""One expansion fails in a list, but not in the single read."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, crash_when, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an expansion of a list."""
    choice = site.pick(site.expansions(Role.LIST))
    if choice is None:
        return None
    operation, expansion = choice
    hook = crash_when(lambda call, response: response.status == 200 and expansion.path in call.query_values("expand"))
    return hook_at(operation, answer=hook)


FAULT = SeededFault(
    ("RSP-08", "EXP-02"),
    "one documented `expand` of a list gives 500",
    install,
    changes=("status", "headers", "body"),
    implies=("EXP-06", "RSP-01"),  # deeper expansions fail with it; no 500 is documented
)
