"""The rate limit has a unit."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response, replace_header

FAULT = SeededFault(
    ("RSP-04", "LIM-01"),
    "X-RateLimit-Limit is `1000/hour`",
    lambda _site: hook_everywhere(answer=on_response(replace_header("X-RateLimit-Limit", "1000/hour"))),
    changes=("headers",),
)
