"""A page_size of 100 is refused."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, replace_response


def _refuse_hundred(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    size = call.operation.pagination.size if call.operation.pagination else ""
    if answer.status == 200 and call.last_query_value(size) == "100":
        replace_response(400, {"title": "Bad Request", "status": 400, "detail": f"{size}: must be less than 100."})(
            answer
        )
        answer.headers.pop("Link", None)
    return answer


FAULT = SeededFault(
    ("PAG-06",),
    "page_size=100 gives 400 in one list",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), answer=_refuse_hundred),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
