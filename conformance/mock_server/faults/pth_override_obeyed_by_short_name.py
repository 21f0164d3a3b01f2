"""X-Method-Override turns a read into HEAD."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _cut_body(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and call.method == "GET" and call.headers.get("x-method-override", "").upper() == "HEAD":
        response.raw = b""
    return response


FAULT = SeededFault(
    ("PTH-05",),
    "GET with X-Method-Override: HEAD has no body",
    lambda _site: hook_everywhere(answer=_cut_body),
    changes=("status", "headers", "body"),
)
