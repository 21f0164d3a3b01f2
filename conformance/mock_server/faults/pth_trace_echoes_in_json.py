"""TRACE gives the headers of the request as JSON, its credentials too."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, open_to_strangers, replace_response


def _read_instead(_request: WireRequest, method: str) -> str:
    return "GET" if method == "TRACE" else method


def _echo_headers(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and call.method == "TRACE":
        replace_response(202, {"debug": dict(call.headers)})(response)
    return response


FAULT = SeededFault(
    ("PTH-04",),
    'TRACE gives 202 and {"debug": {"authorization": …}}',
    lambda _site: hook_everywhere(
        method=_read_instead,
        answer=_echo_headers,
        admit=open_to_strangers(lambda call: call.method == "TRACE", 401, 403),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
