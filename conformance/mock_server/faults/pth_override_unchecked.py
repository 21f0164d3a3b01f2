"""X-HTTP-Method is obeyed after the scope was checked, which is that of the GET."""

from conformance.mock_server.api import WireRequest
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _override_method(request: WireRequest, method: str) -> str:
    return request.headers.get("x-http-method", method) if method == "GET" else method


def _check_read_scope(call: ServerCall, problem: Problem | None) -> Problem | None:
    is_other = call.method == "GET" and call.operation.method != "GET"
    return None if is_other and problem and problem.status == 403 else problem


FAULT = SeededFault(
    ("PTH-06",),
    "with X-HTTP-Method: POST a GET creates, with the scope that reads",
    lambda _site: hook_everywhere(method=_override_method, admit=_check_read_scope),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
