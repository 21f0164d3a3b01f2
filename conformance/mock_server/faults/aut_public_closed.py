"""A public operation requires a token."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, at


def _require_token(call: Call, problem: Problem | None) -> Problem | None:
    return problem if call.grant else Problem(401, detail="Send an access token.")


FAULT = Fault(
    ("AUT-04",),
    "one operation with empty security gives 401 without a token",
    lambda site: at(
        site.pick(operation for operation in [*site.lists(), *site.items()] if not operation.secured),
        admit=_require_token,
    ),
    changes=("status", "headers", "body"),
)
