"""A NUL in a body fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _has_nul(call: ServerCall, _response: ServerResponse) -> bool:
    return b"\\u0000" in call.body or b"\x00" in call.body


FAULT = SeededFault(
    ("ERR-09", "RSP-08"),
    "\\u0000 in a body gives 500",
    lambda _site: hook_everywhere(answer=crash_when(_has_nul)),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
