"""Errors to a token do not state the rate limit."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _drop_rate_headers(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status in {400, 403, 404}:
        response.headers.pop("X-RateLimit-Remaining", None)
        response.headers.pop("X-RateLimit-Limit", None)
    return response


FAULT = SeededFault(
    ("HDR-10",),
    "404 without X-RateLimit-Remaining",
    lambda _site: hook_everywhere(answer=_drop_rate_headers),
    changes=("headers",),
)
