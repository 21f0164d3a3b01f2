"""One of two required scopes is enough."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, anywhere


def _open_up(call: Call, problem: Problem | None) -> Problem | None:
    owned = call.grant.scopes if call.grant else frozenset()
    lacking = set(call.operation.scopes) - owned
    write = all(scope.endswith(":write") for scope in lacking)
    return None if problem and problem.status == 403 and write and owned and call.operation.safe is False else problem


FAULT = Fault(
    ("AUT-03",),
    "an identity with any scope may write",
    lambda _site: anywhere(admit=_open_up),
    changes=("status", "headers", "body"),
)
