"""HEAD of an existing resource gives 404."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at


def _hide_from_head(call: Call, answer: Answer) -> Answer:
    if call.method == "HEAD" and answer.status == 200:
        answer.status = 404
    return answer


FAULT = Fault(
    ("CON-05",),
    "HEAD of one kind of member gives 404",
    lambda site: at(site.pick(site.items()), answer=_hide_from_head),
    changes=("status",),
)
