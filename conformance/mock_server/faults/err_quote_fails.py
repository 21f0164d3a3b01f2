"""A quote in a parameter breaks the statement behind it."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _has_quote(call: ServerCall, _response: ServerResponse) -> bool:
    return any("'" in name or "'" in value for name, value in call.query)


FAULT = SeededFault(
    ("ERR-12",),
    "?x=' gives 500",
    lambda _site: hook_everywhere(answer=crash_when(_has_quote)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
    ),
)
