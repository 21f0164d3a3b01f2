"""The second page of one list fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_at, replace_response


def _fail_later_pages(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if answer.status == 200 and call.last_query_value(
        call.operation.pagination.after if call.operation.pagination else ""
    ):
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("RSP-08", "PAG-03"),
    "following `next` of one list gives 500",
    lambda site: hook_at(
        site.pick(o for o in site.paged_lists() if o.pagination and o.pagination.after), answer=_fail_later_pages
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),  # no 500 is documented
)
