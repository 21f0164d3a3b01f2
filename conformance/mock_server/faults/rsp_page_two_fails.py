"""The second page of one list fails."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at, becomes, crash


def _fail_later_pages(call: Call, answer: Answer) -> Answer:
    if answer.status == 200 and call.last(call.operation.pagination.after if call.operation.pagination else ""):
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("RSP-08", "PAG-03"),
    "following `next` of one list gives 500",
    lambda site: at(
        site.pick(o for o in site.paged() if o.pagination and o.pagination.after), answer=_fail_later_pages
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),  # no 500 is documented
)
