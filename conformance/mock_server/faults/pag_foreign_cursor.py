"""A cursor of another collection is accepted and starts at the first page."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Scheme


def _accept_cursor(call: ServerCall, name: str, problem: Problem | None) -> Problem | None:
    paging = call.operation.pagination
    cursor = (call.last_query_value(paging.after) or "") if paging else ""
    return None if name == "page" and len(cursor) == 30 and cursor.isalnum() else problem


FAULT = SeededFault(
    ("PAG-10",),
    "a foreign cursor gives 200 in one list",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), parameter=_accept_cursor),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
