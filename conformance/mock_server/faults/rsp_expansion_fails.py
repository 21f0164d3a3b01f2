"""One expansion fails in a list, but not in the single read."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    crash_problem,
    hook_at,
    replace_response,
)
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an expansion of a list."""
    choice = site.pick(site.expansions(Role.LIST))

    def fail_expansion(call: ServerCall, answer: ServerResponse) -> ServerResponse:
        if answer.status == 200 and choice and choice[1].path in call.query_values("expand"):
            replace_response(500, crash_problem())(answer)
        return answer

    return hook_at(choice[0], answer=fail_expansion) if choice else None


FAULT = SeededFault(
    ("RSP-08", "EXP-02"),
    "one documented `expand` of a list gives 500",
    install,
    changes=("status", "headers", "body"),
    implies=("EXP-06", "RSP-01"),  # deeper expansions fail with it; no 500 is documented
)
