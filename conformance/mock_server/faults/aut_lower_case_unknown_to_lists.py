"""Lists do not know the scheme in lower case, all else does."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _compare_case(call: ServerCall, problem: Problem | None) -> Problem | None:
    is_lower = call.headers.get("authorization", "").startswith("bearer ")
    if call.operation.is_secured and is_lower and call.operation.pagination:
        return Problem(401, detail="Send an access token.", headers={"WWW-Authenticate": 'Bearer realm="api"'})
    return problem


FAULT = SeededFault(
    ("AUT-10",),
    "Authorization: bearer … gives 401 at lists",
    lambda _site: hook_everywhere(admit=_compare_case),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
