"""The user header may be absent where it is required."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _accept_missing_header(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    return (
        None
        if name == call.operation.user_header and call.operation.user_header.lower() not in call.headers
        else problem
    )


FAULT = SeededFault(
    ("AUT-06",),
    "an operation that requires EvEnergy-User works without",
    lambda site: hook_at([o for o in site.model.operations if o.user_required], parameter=_accept_missing_header),
    changes=("status", "headers", "body"),
)
