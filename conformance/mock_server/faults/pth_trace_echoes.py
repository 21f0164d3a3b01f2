"""TRACE returns the request with its credentials."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, open_to_strangers


def _read_instead(_request: WireRequest, method: str) -> str:
    return "GET" if method == "TRACE" else method


def _echo_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and call.method == "TRACE":
        lines = [f"TRACE {call.path} HTTP/1.1", *(f"{name}: {value}" for name, value in call.headers.items())]
        response.status, response.media, response.raw = 200, "message/http", "\r\n".join(lines).encode()
    return response


FAULT = SeededFault(
    ("PTH-04",),
    "TRACE gives 200 and the Authorization header of the request",
    lambda _site: hook_everywhere(
        method=_read_instead,
        answer=_echo_request,
        admit=open_to_strangers(lambda call: call.method == "TRACE", 401, 403),
    ),
    changes=("status", "headers", "body"),
)
