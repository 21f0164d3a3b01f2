"""A query of more than 2,000 characters makes the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _is_long_query(call: ServerCall, _response: ServerResponse) -> bool:
    return sum(len(value) for _, value in call.query) > 2000


FAULT = SeededFault(
    ("ERR-12",),
    "a value of 3,000 characters gives 500",
    lambda _site: hook_everywhere(answer=crash_when(_is_long_query)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
        "ERR-09",
    ),
)
