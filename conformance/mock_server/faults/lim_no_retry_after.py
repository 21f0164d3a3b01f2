"""A 429 has no Retry-After."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response, replace_header

FAULT = SeededFault(
    ("LIM-02",),
    "429 has no Retry-After",
    lambda _site: hook_everywhere(answer=on_response(replace_header("Retry-After", None), 429)),
    changes=("headers",),
)
