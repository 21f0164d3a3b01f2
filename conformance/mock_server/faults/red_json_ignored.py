"""One operation redirects in spite of response_type=json."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _ignore_json(_call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if answer.status == 200 and isinstance(answer.body, dict):
        return ServerResponse(302, None, {**answer.headers, "Location": str(answer.body["url"])}, media="")
    return answer


FAULT = SeededFault(
    ("RED-02",),
    "response_type=json gives 302",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.model.operations
            if operation.role is Role.REDIRECT and operation.find_response(200)
        ),
        answer=_ignore_json,
    ),
    changes=("status", "headers", "body"),
)
