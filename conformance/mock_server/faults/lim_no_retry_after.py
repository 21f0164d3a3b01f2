"""A 429 has no Retry-After."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer, set_header

FAULT = Fault(
    ("LIM-02",),
    "429 has no Retry-After",
    lambda _site: anywhere(answer=on_answer(set_header("Retry-After", None), 429)),
    changes=("headers",),
)
