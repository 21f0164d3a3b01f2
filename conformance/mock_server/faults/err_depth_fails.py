"""Deep nesting fails."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, anywhere, becomes, crash


def _fail_deep_body(call: Call | None, answer: Answer) -> Answer:
    if call is not None and (b"[" * 50 in call.body or call.body.count(b"{") > 50):
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("ERR-09", "RSP-08"),
    "fifty levels in a body give 500",
    lambda _site: anywhere(answer=_fail_deep_body),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
