"""Characters beyond the basic plane fail in one write."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at, becomes, crash


def _fail_emoji(call: Call, answer: Answer) -> Answer:
    text = call.body.decode("utf-8", "ignore")
    if any(ord(character) > 0xFFFF for character in text) or "\\ud83d" in text.lower():
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("ERR-09", "RSP-08"),
    "an emoji in a body gives 500",
    lambda site: at(site.bodies(), answer=_fail_emoji),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
