"""A malformed user header is ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the lists that take the header."""

    def accept_header(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
        return None if name == call.operation.user_header else problem

    return hook_at([o for o in site.root_lists() if o.user_header], parameter=accept_header)


FAULT = SeededFault(
    ("AUT-06",),
    "EvEnergy-User: nonsense gives 200",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
