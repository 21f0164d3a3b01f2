"""A 405 has no Allow header."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response, replace_header

FAULT = SeededFault(
    ("ERR-06",),
    "405 has no Allow",
    lambda _site: hook_everywhere(answer=on_response(replace_header("Allow", None), 405)),
    changes=("headers",),
)
