"""One of two required scopes is enough."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _open_up(call: ServerCall, problem: Problem | None) -> Problem | None:
    owned = call.grant.scopes if call.grant else frozenset()
    lacking = set(call.operation.scopes) - owned
    write = all(scope.endswith(":write") for scope in lacking)
    return (
        None if problem and problem.status == 403 and write and owned and call.operation.is_safe is False else problem
    )


FAULT = SeededFault(
    ("AUT-03",),
    "an identity with any scope may write",
    lambda _site: hook_everywhere(admit=_open_up),
    changes=("status", "headers", "body"),
)
