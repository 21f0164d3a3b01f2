"""An unreadable filter value is ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _ignore_malformed_filter(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    return None if any(documented.parameter == name for documented in call.operation.filters) else problem


FAULT = SeededFault(
    ("FLT-04",),
    "a malformed date in a filter gives 200",
    lambda _site: hook_everywhere(parameter=_ignore_malformed_filter),
    changes=("status", "headers", "body"),
)
