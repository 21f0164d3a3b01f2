"""An unreadable filter value fails in one list."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at, becomes, crash


def _fail_malformed_filter(call: Call, answer: Answer) -> Answer:
    names = {documented.parameter for documented in call.operation.filters}
    if answer.status == 400 and names & {name for name, _ in call.query}:
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("FLT-04", "RSP-08"),
    "a malformed filter value gives 500 in one list",
    lambda site: at(
        site.pick({o.key: o for o, f in site.filters() if f.operator not in {"eq", "in"}}.values()),
        answer=_fail_malformed_filter,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
