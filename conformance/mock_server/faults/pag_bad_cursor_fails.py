"""A malformed cursor fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_at
from conformance.model import Scheme


def _is_bad_cursor(call: ServerCall, response: ServerResponse) -> bool:
    paging = call.operation.pagination
    cursors = (call.last_query_value(name) for name in (paging.after, paging.before)) if paging else ()
    return response.status == 400 and any(cursors)


FAULT = SeededFault(
    ("PAG-10", "RSP-08"),
    "page_after=nonsense gives 500 in one list",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), answer=crash_when(_is_bad_cursor)),
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
)
