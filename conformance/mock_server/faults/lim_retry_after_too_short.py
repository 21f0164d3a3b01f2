"""Retry-After is a constant of a few seconds, however long the window is."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response, replace_header

FAULT = SeededFault(
    ("LIM-03",),
    "a request after the seconds of Retry-After is refused again",
    lambda _site: hook_everywhere(answer=on_response(replace_header("Retry-After", "2"), 429)),
    difficulty="subtle",
    changes=("headers",),
)
