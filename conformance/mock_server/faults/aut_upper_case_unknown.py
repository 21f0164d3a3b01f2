"""The scheme of a token is known as Bearer and bearer only."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _compare_case(call: ServerCall, problem: Problem | None) -> Problem | None:
    if call.operation.is_secured and call.headers.get("authorization", "").startswith("BEARER "):
        return Problem(401, detail="Send an access token.", headers={"WWW-Authenticate": 'Bearer realm="api"'})
    return problem


FAULT = SeededFault(
    ("AUT-10",),
    "Authorization: BEARER … gives 401",
    lambda _site: hook_everywhere(admit=_compare_case),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
