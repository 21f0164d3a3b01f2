"""The rate limit is announced and not enforced."""

from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("LIM-02",),
    "no 429 when nothing remains",
    lambda _site: hook_everywhere(limit=lambda _call, allowance: replace(allowance, retry_after=0)),
    changes=("status", "headers", "body"),
)
