"""A public operation requires a token."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _require_token(call: ServerCall, problem: Problem | None) -> Problem | None:
    return problem if call.grant else Problem(401, detail="Send an access token.")


FAULT = SeededFault(
    ("AUT-04",),
    "one operation with empty security gives 401 without a token",
    lambda site: hook_at(
        site.pick(operation for operation in [*site.root_lists(), *site.root_items()] if not operation.is_secured),
        admit=_require_token,
    ),
    changes=("status", "headers", "body"),
)
