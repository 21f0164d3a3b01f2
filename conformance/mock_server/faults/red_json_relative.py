"""The URL in the body is relative."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, at, on_answer
from conformance.model import Role


def _cut_origin(answer: Answer) -> None:
    if isinstance(answer.body, dict) and "url" in answer.body:
        answer.body = {**answer.body, "url": "/" + str(answer.body["url"]).split("/", 3)[-1]}


FAULT = Fault(
    ("RED-02",),
    "with response_type=json `url` is a path",
    lambda site: at(
        [operation for operation in site.model.operations if operation.role is Role.REDIRECT],
        answer=on_answer(_cut_origin, 200),
    ),
    difficulty="subtle",
    implies=("RSP-03",),  # a path is not a URI
)
