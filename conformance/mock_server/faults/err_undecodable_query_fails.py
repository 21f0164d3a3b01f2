"""Bytes in a query that are no UTF-8 make the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _is_undecodable(call: ServerCall, _response: ServerResponse) -> bool:
    return any(any(letter > "\x7f" for letter in value) or "\ufffd" in value for _, value in call.query)


FAULT = SeededFault(
    ("ERR-12",),
    "?x=%FF gives 500",
    lambda _site: hook_everywhere(answer=crash_when(_is_undecodable)),
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
        "ERR-09",
    ),
)
