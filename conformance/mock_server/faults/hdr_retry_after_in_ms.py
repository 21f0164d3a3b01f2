"""Retry-After counts milliseconds."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _multiply_retry_after(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if "Retry-After" in response.headers and response.status == 429:
        response.headers["Retry-After"] += "000"
    return response


FAULT = SeededFault(
    ("HDR-11",),
    "Retry-After: 3600000 with 429",
    lambda _site: hook_everywhere(answer=_multiply_retry_after),
    changes=("headers",),
)
