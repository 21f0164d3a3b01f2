"""Vary does not say that a response depends on the user."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _set_vary(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and bool(call.operation.user_header):
        response.headers["Cache-Control"] = "private, max-age=60"
    return response


FAULT = SeededFault(
    ("HDR-02",),
    "Cache-Control: private, max-age=60 without Vary",
    lambda _site: hook_everywhere(answer=_set_vary),
    changes=("headers",),
)
