"""A second DELETE of the same resource succeeds."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, at, becomes, on_answer
from conformance.model import Role


def _accept_again(answer: Answer) -> None:
    becomes(204)(answer)
    answer.media = ""


FAULT = Fault(
    ("WRT-04",),
    "DELETE of what is gone gives 204",
    lambda site: at(site.of_role(Role.DELETE), answer=on_answer(_accept_again, 404)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
