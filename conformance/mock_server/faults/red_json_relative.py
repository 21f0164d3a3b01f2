"""The URL in the body is relative."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response
from conformance.model import Role


def _cut_origin(answer: ServerResponse) -> None:
    if isinstance(answer.body, dict) and "url" in answer.body:
        answer.body = {**answer.body, "url": "/" + str(answer.body["url"]).split("/", 3)[-1]}


FAULT = SeededFault(
    ("RED-02",),
    "with response_type=json `url` is a path",
    lambda site: hook_at(
        [operation for operation in site.model.operations if operation.role is Role.REDIRECT],
        answer=on_response(_cut_origin, 200),
    ),
    difficulty="subtle",
    implies=("RSP-03",),  # a path is not a URI
)
