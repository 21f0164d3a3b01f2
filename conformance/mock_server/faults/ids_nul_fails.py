"""A NUL in an id fails in the database."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_everywhere, replace_response


def _fail_nul(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
    if call is not None and answer.status == 404 and any("\x00" in value for value in call.path_values.values()):
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("IDS-06", "RSP-08"),
    "%00 in an id gives 500",
    lambda _site: hook_everywhere(answer=_fail_nul),
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
)
