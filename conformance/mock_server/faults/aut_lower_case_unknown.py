"""The scheme of a token is compared with case."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _compare_case(call: ServerCall, problem: Problem | None) -> Problem | None:
    scheme = call.headers.get("authorization", "").partition(" ")[0]
    if call.operation.is_secured and scheme.lower() == "bearer" and scheme != "Bearer":
        return Problem(401, detail="Send an access token.", headers={"WWW-Authenticate": 'Bearer realm="api"'})
    return problem


FAULT = SeededFault(
    ("AUT-10",),
    "Authorization: bearer … gives 401",
    lambda _site: hook_everywhere(admit=_compare_case),
    changes=("status", "headers", "body"),
)
