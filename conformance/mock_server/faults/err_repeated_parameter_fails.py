"""A parameter that stands twice in a query makes the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_everywhere


def _has_repeated_parameter(call: ServerCall, _response: ServerResponse) -> bool:
    return any(name != "expand" and len(call.query_values(name)) > 1 for name, _ in call.query)


FAULT = SeededFault(
    ("ERR-12",),
    "?ordering=x&ordering=x gives 500",
    lambda _site: hook_everywhere(answer=crash_when(_has_repeated_parameter)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
    ),
)
