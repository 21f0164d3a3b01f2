"""The problem for a refused parameter shows the failed query."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _show_query(_call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    if problem is not None:
        problem.detail = f'invalid input syntax: SELECT "id" FROM "core_item" WHERE "{name}" = %s'  # noqa: S608
    return problem


FAULT = SeededFault(
    ("RSP-11",),
    "400 for a malformed parameter shows SQL",
    lambda _site: hook_everywhere(parameter=_show_query),
    difficulty="subtle",
)
