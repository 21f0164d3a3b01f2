"""Retry-After is a date."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response, replace_header

FAULT = SeededFault(
    ("LIM-02", "RSP-04"),
    "Retry-After of a 429 is an HTTP date",
    lambda _site: hook_everywhere(
        answer=on_response(replace_header("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), 429)
    ),
    difficulty="subtle",
    changes=("headers",),
)
