"""One operation redirects in spite of response_type=json."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role


def _ignore_json(_call: Call, answer: Answer) -> Answer:
    if answer.status == 200 and isinstance(answer.body, dict):
        return Answer(302, None, {**answer.headers, "Location": str(answer.body["url"])}, media="")
    return answer


FAULT = Fault(
    ("RED-02",),
    "response_type=json gives 302",
    lambda site: at(
        site.pick(
            operation
            for operation in site.model.operations
            if operation.role is Role.REDIRECT and operation.response(200)
        ),
        answer=_ignore_json,
    ),
    changes=("status", "headers", "body"),
)
