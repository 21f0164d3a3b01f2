"""A NUL in a body fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_everywhere, replace_response


def _fail_nul(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
    if call is not None and (b"\\u0000" in call.body or b"\x00" in call.body):
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("ERR-09", "RSP-08"),
    "\\u0000 in a body gives 500",
    lambda _site: hook_everywhere(answer=_fail_nul),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
