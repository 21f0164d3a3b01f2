"""Errors have two lines of Content-Type."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _repeat_header(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 404:
        response.headers["content-type"] = response.media
    return response


FAULT = SeededFault(
    ("HDR-03",),
    "Content-Type stands twice in a 404",
    lambda _site: hook_everywhere(answer=_repeat_header),
    changes=("headers",),
)
