"""A redirect leads from https to http."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, at, on_answer
from conformance.model import Role


def _downgrade_scheme(answer: Answer) -> None:
    answer.headers["Location"] = answer.headers["Location"].replace("https://", "http://")


FAULT = Fault(
    ("RED-01",),
    "Location of one redirect is http",
    lambda site: at(
        site.pick(operation for operation in site.model.operations if operation.role is Role.REDIRECT),
        answer=on_answer(_downgrade_scheme, 302),
    ),
    difficulty="subtle",
    changes=("headers",),
)
