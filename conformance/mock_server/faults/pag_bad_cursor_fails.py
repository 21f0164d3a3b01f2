"""A malformed cursor fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_at, replace_response
from conformance.model import Scheme


def _fail_bad_cursor(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    paging = call.operation.pagination
    if (
        answer.status == 400
        and paging
        and (call.last_query_value(paging.after) or call.last_query_value(paging.before))
    ):
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("PAG-10", "RSP-08"),
    "page_after=nonsense gives 500 in one list",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), answer=_fail_bad_cursor),
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
)
