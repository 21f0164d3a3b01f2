"""The second page of one list fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_at


def _is_later_page(call: ServerCall, response: ServerResponse) -> bool:
    paging = call.operation.pagination
    return response.status == 200 and paging is not None and bool(call.last_query_value(paging.after))


FAULT = SeededFault(
    ("RSP-08", "PAG-03"),
    "following `next` of one list gives 500",
    lambda site: hook_at(
        site.pick(o for o in site.paged_lists() if o.pagination and o.pagination.after),
        answer=crash_when(_is_later_page),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),  # no 500 is documented
)
