"""An undocumented path to expand fails in one operation."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_at, replace_response


def _fail_unknown_path(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if answer.status == 400 and call.last_query_value("expand") is not None:
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("EXP-10", "RSP-08"),
    "`expand=nonsense` gives 500 in one operation",
    lambda site: hook_at(
        site.pick({operation.key: operation for operation, _ in site.expansions()}.values()), answer=_fail_unknown_path
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
