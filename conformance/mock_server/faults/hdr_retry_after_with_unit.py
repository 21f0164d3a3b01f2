"""Retry-After has a unit."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _add_unit(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if "Retry-After" in response.headers:
        response.headers["Retry-After"] += "s"
    return response


FAULT = SeededFault(
    ("HDR-11",),
    "Retry-After: 30s",
    lambda _site: hook_everywhere(answer=_add_unit),
    changes=("headers",),
    implies=(
        "LIM-02",
        "RSP-04",
    ),
)
