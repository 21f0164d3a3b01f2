"""A page_size of 100 is refused."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at, becomes


def _refuse_hundred(call: Call, answer: Answer) -> Answer:
    size = call.operation.pagination.size if call.operation.pagination else ""
    if answer.status == 200 and call.last(size) == "100":
        becomes(400, {"title": "Bad Request", "status": 400, "detail": f"{size}: must be less than 100."})(answer)
        answer.headers.pop("Link", None)
    return answer


FAULT = Fault(
    ("PAG-06",),
    "page_size=100 gives 400 in one list",
    lambda site: at(site.pick(site.paged(least=3)), answer=_refuse_hundred),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
