"""A 400 at one list does not state the rate limit."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _drop_rate_headers(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 400:
        response.headers.pop("X-RateLimit-Limit", None)
    return response


FAULT = SeededFault(
    ("HDR-10",),
    "400 without X-RateLimit-Limit at one list",
    lambda site: hook_at(site.pick(site.paged_lists()), answer=_drop_rate_headers),
    difficulty="subtle",
    changes=("headers",),
)
