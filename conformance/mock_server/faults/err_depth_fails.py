"""Deep nesting fails."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_everywhere, replace_response


def _fail_deep_body(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
    if call is not None and (b"[" * 50 in call.body or call.body.count(b"{") > 50):
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("ERR-09", "RSP-08"),
    "fifty levels in a body give 500",
    lambda _site: hook_everywhere(answer=_fail_deep_body),
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
