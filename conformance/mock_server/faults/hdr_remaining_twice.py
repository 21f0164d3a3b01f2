"""A gateway adds its own rate limit to that of the API."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _repeat_header(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and "X-RateLimit-Remaining" in response.headers:
        response.headers["x-ratelimit-remaining"] = "59"
    return response


FAULT = SeededFault(
    ("HDR-03",),
    "X-RateLimit-Remaining stands twice, with different numbers",
    lambda site: hook_at(site.pick(site.root_lists()), answer=_repeat_header),
    difficulty="subtle",
    changes=("headers",),
    implies=("LIM-01",),
)
