"""Every page except the first of one list has the status 202."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at


def _set_accepted(_call: Call, answer: Answer) -> Answer:
    if answer.status == 200 and "about:blank" not in answer.headers.get("Link", "").partition(",")[0]:
        answer.status = 202
    return answer


FAULT = Fault(
    ("RSP-01",),
    "the second page of one list has the status 202",
    lambda site: at(site.pick(site.paged()), answer=_set_accepted),
    difficulty="subtle",
    changes=("status",),
)
