"""X-RateLimit-Remaining is above the limit."""

from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("LIM-01",),
    "X-RateLimit-Remaining is larger than X-RateLimit-Limit",
    lambda _site: hook_everywhere(
        limit=lambda _call, allowance: replace(allowance, remaining=allowance.remaining + 1000)
    ),
    changes=("headers",),
)
