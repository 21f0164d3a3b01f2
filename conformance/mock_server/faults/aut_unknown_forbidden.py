"""An unknown token gives 403."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, anywhere


def _forbid_unknown_token(call: Call, problem: Problem | None) -> Problem | None:
    if problem and problem.status == 401 and "authorization" in call.headers:
        return Problem(403, detail="The token lacks the scope that this needs.")
    return problem


FAULT = Fault(
    ("AUT-01",),
    "an unknown token gives 403",
    lambda _site: anywhere(admit=_forbid_unknown_token),
    changes=("status", "headers", "body"),
)
