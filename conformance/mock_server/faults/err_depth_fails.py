"""Deep nesting fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _is_deep(call: ServerCall, _response: ServerResponse) -> bool:
    return b"[" * 50 in call.body or call.body.count(b"{") > 50


FAULT = SeededFault(
    ("ERR-09", "RSP-08"),
    "fifty levels in a body give 500",
    lambda _site: hook_everywhere(answer=crash_when(_is_deep)),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
