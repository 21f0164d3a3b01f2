"""A refusal for a missing scope does not state the remaining requests."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _drop_rate_headers(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 403:
        response.headers.pop("X-RateLimit-Remaining", None)
    return response


FAULT = SeededFault(
    ("HDR-10",),
    "403 without X-RateLimit-Remaining",
    lambda _site: hook_everywhere(answer=_drop_rate_headers),
    difficulty="subtle",
    changes=("headers",),
)
