"""page_size=0 gives a page of the default size."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _accept_zero(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    size = call.operation.pagination.size if call.operation.pagination else ""
    return None if name == "page" and size and call.last_query_value(size) == "0" else problem


FAULT = SeededFault(
    ("PAG-06",),
    "page_size=0 gives 200 in one list",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), parameter=_accept_zero),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
