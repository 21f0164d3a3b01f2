"""A 405 has no Allow header."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer, set_header

FAULT = Fault(
    ("ERR-06",),
    "405 has no Allow",
    lambda _site: anywhere(answer=on_answer(set_header("Allow", None), 405)),
    changes=("headers",),
)
