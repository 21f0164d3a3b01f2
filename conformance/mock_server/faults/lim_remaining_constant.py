"""X-RateLimit-Remaining never falls."""

from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("LIM-01",),
    "X-RateLimit-Remaining stays the same",
    lambda _site: hook_everywhere(limit=lambda _call, allowance: replace(allowance, remaining=allowance.limit - 1)),
    difficulty="subtle",
    changes=("headers",),
)
