"""X-HTTP-Method-Override turns any request into another one, with the rights of the other."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _override_method(request: WireRequest, method: str) -> str:
    named = request.headers.get("x-http-method-override", "").upper()
    return {"": method, "HEAD": "GET"}.get(named, named)


def _cut_body(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and call.headers.get("x-http-method-override", "").upper() == "HEAD":
        response.raw = b""
    return response


FAULT = SeededFault(
    ("PTH-05",),
    "GET with X-HTTP-Method-Override: HEAD has no body",
    lambda _site: hook_everywhere(method=_override_method, answer=_cut_body),
    changes=("status", "headers", "body"),
)
