"""An undocumented path to expand fails in one operation."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at, becomes, crash


def _fail_unknown_path(call: Call, answer: Answer) -> Answer:
    if answer.status == 400 and call.last("expand") is not None:
        becomes(500, crash())(answer)
    return answer


FAULT = Fault(
    ("EXP-10", "RSP-08"),
    "`expand=nonsense` gives 500 in one operation",
    lambda site: at(
        site.pick({operation.key: operation for operation, _ in site.expansions()}.values()), answer=_fail_unknown_path
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
