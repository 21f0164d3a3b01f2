"""The problem for a refused parameter shows the failed query."""

from conformance.mock_server.call import Call
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import Fault, anywhere


def _show_query(_call: Call, name: str, problem: Problem | None) -> Problem | None:
    if problem is not None:
        problem.detail = f'invalid input syntax: SELECT "id" FROM "core_item" WHERE "{name}" = %s'  # noqa: S608
    return problem


FAULT = Fault(
    ("RSP-11",),
    "400 for a malformed parameter shows SQL",
    lambda _site: anywhere(parameter=_show_query),
    difficulty="subtle",
)
