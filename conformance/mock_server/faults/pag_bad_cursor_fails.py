"""A malformed cursor fails."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at, becomes, crash
from conformance.model import Scheme


def _fail_bad_cursor(call: Call, answer: Answer) -> Answer:
    paging = call.operation.pagination
    if answer.status == 400 and paging and (call.last(paging.after) or call.last(paging.before)):
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("PAG-10", "RSP-08"),
    "page_after=nonsense gives 500 in one list",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), answer=_fail_bad_cursor),
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
)
