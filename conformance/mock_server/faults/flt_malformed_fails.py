"""An unreadable filter value fails in one list."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_at, replace_response


def _fail_malformed_filter(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    names = {documented.parameter for documented in call.operation.filters}
    if answer.status == 400 and names & {name for name, _ in call.query}:
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("FLT-04", "RSP-08"),
    "a malformed filter value gives 500 in one list",
    lambda site: hook_at(
        site.pick({o.key: o for o, f in site.filters() if f.operator not in {"eq", "in"}}.values()),
        answer=_fail_malformed_filter,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
