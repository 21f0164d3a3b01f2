"""If-Modified-Since gives 304, whatever the date is."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _answer_not_modified(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and "if-modified-since" in call.headers:
        response.status, response.body, response.raw, response.media = 304, None, b"", ""
    return response


FAULT = SeededFault(
    ("HDR-09",),
    "If-Modified-Since in the year 2000 gives 304",
    lambda _site: hook_everywhere(answer=_answer_not_modified),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
