"""Any If-None-Match gives 304."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _answer_not_modified(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and "if-none-match" in call.headers:
        response.status, response.body, response.raw, response.media = 304, None, b"", ""
    return response


FAULT = SeededFault(
    ("HDR-09",),
    "If-None-Match with an unknown tag gives 304",
    lambda _site: hook_everywhere(answer=_answer_not_modified),
    changes=("status", "headers", "body"),
)
