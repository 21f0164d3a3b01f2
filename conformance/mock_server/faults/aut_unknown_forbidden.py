"""An unknown token gives 403."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _forbid_unknown_token(call: ServerCall, problem: Problem | None) -> Problem | None:
    if problem and problem.status == 401 and "authorization" in call.headers:
        return Problem(403, detail="The token lacks the scope that this needs.")
    return problem


FAULT = SeededFault(
    ("AUT-01",),
    "an unknown token gives 403",
    lambda _site: hook_everywhere(admit=_forbid_unknown_token),
    changes=("status", "headers", "body"),
)
