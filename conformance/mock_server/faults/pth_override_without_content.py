"""X-HTTP-Method: HEAD makes a read succeed without content."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _cut_body(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and call.method == "GET" and call.headers.get("x-http-method", "").upper() == "HEAD":
        response.status, response.raw = 204, b""
    return response


FAULT = SeededFault(
    ("PTH-05",),
    "GET with X-HTTP-Method: HEAD gives 204",
    lambda _site: hook_everywhere(answer=_cut_body),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
