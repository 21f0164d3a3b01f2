"""A NUL in a body fails."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, anywhere, becomes, crash


def _fail_nul(call: Call | None, answer: Answer) -> Answer:
    if call is not None and (b"\\u0000" in call.body or b"\x00" in call.body):
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("ERR-09", "RSP-08"),
    "\\u0000 in a body gives 500",
    lambda _site: anywhere(answer=_fail_nul),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
