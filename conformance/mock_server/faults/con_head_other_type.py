"""HEAD has another media type than GET."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, anywhere


def _change_media_type(call: Call | None, answer: Answer) -> Answer:
    if call is not None and call.method == "HEAD" and answer.media:
        answer.media = "text/plain"
    return answer


FAULT = Fault(
    ("CON-05",),
    "HEAD has Content-Type text/plain",
    lambda _site: anywhere(answer=_change_media_type),
    difficulty="subtle",
    changes=("headers",),
)
