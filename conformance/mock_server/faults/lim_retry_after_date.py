"""Retry-After is a date."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer, set_header

FAULT = Fault(
    ("LIM-02", "RSP-04"),
    "Retry-After of a 429 is an HTTP date",
    lambda _site: anywhere(answer=on_answer(set_header("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), 429)),
    difficulty="subtle",
    changes=("headers",),
)
