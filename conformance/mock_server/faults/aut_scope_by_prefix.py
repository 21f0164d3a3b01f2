"""A scope is compared by its beginning."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _compare_beginning(call: ServerCall, problem: Problem | None) -> Problem | None:
    scopes = call.grant.scopes if call.grant else frozenset()
    heads = [scope.partition(":")[0] for scope in call.operation.scopes]
    is_like = bool(heads) and all(any(scope.startswith(head) for scope in scopes) for head in heads)
    return None if problem and problem.status == 403 and is_like and call.operation.method == "GET" else problem


FAULT = SeededFault(
    ("AUT-11",),
    "solar_forecast:read opens operations that need solar:read",
    lambda _site: hook_everywhere(admit=_compare_beginning),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
