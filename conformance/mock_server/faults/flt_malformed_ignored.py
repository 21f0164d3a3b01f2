"""An unreadable filter value is ignored."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, anywhere


def _ignore_malformed_filter(call: Call, name: str, problem: Problem | None) -> Problem | None:
    return None if any(documented.parameter == name for documented in call.operation.filters) else problem


FAULT = Fault(
    ("FLT-04",),
    "a malformed date in a filter gives 200",
    lambda _site: anywhere(parameter=_ignore_malformed_filter),
    changes=("status", "headers", "body"),
)
