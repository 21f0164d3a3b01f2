"""The rate limit has a unit."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer, set_header

FAULT = Fault(
    ("RSP-04", "LIM-01"),
    "X-RateLimit-Limit is `1000/hour`",
    lambda _site: anywhere(answer=on_answer(set_header("X-RateLimit-Limit", "1000/hour"))),
    changes=("headers",),
)
