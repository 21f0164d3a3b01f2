"""Page 0 is page 1."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Scheme


def _accept_zero(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    number = call.operation.pagination.page if call.operation.pagination else ""
    return None if name == "page" and number and call.last_query_value(number) == "0" else problem


FAULT = SeededFault(
    ("PAG-08",),
    "page=0 gives 200 in one list",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.PAGE)), parameter=_accept_zero),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
