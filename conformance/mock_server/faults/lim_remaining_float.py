"""The remaining requests are told with a decimal point."""

from conformance.mock_server.call import Answer
from conformance.mock_server.faulting import Fault, anywhere, on_answer


def _point(answer: Answer) -> None:
    if "X-RateLimit-Remaining" in answer.headers:
        answer.headers["X-RateLimit-Remaining"] += ".0"


FAULT = Fault(
    ("LIM-01",),
    "X-RateLimit-Remaining is `998.0`",
    lambda _site: anywhere(answer=on_answer(_point)),
    difficulty="subtle",
    changes=("headers",),
    implies=("RSP-04",),
)
