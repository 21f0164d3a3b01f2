"""X-RateLimit-Remaining has a decimal point."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer


def _write_as_float(answer: Answer) -> None:
    if "X-RateLimit-Remaining" in answer.headers:
        answer.headers["X-RateLimit-Remaining"] += ".0"


FAULT = Fault(
    ("LIM-01",),
    "X-RateLimit-Remaining is `998.0`",
    lambda _site: anywhere(answer=on_answer(_write_as_float)),
    difficulty="subtle",
    changes=("headers",),
    implies=("RSP-04",),
)
