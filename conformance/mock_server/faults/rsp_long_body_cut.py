"""Long bodies lose their last byte."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("RSP-09",),
    "a body of more than 16 KiB is no JSON",
    lambda _site: hook_everywhere(raw=lambda _call, _answer, body: body[:-1] if len(body) > 16_384 else body),
    difficulty="subtle",
    changes=("headers", "body"),
)
