"""Retry-After is the moment in seconds since 1970 at which to try again."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _set_retry_after(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if "Retry-After" in response.headers and response.status == 429:
        response.headers["Retry-After"] = str(1_790_000_000 + int(response.headers["Retry-After"]))
    return response


FAULT = SeededFault(
    ("HDR-11",),
    "Retry-After: 1790003600",
    lambda _site: hook_everywhere(answer=_set_retry_after),
    difficulty="subtle",
    changes=("headers",),
)
