"""A NUL in an id fails in the database."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, anywhere, becomes, crash


def _fail_nul(call: Call | None, answer: Answer) -> Answer:
    if call is not None and answer.status == 404 and any("\x00" in value for value in call.values.values()):
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("IDS-06", "RSP-08"),
    "%00 in an id gives 500",
    lambda _site: anywhere(answer=_fail_nul),
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
)
