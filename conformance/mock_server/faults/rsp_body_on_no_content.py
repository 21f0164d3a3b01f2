"""A 204 has the type and length of a body."""

from conformance.mock_server.call import JSON, Answer
from conformance.mock_server.seeded_faults import Fault, at, on_answer
from conformance.model import Role


def _set_body_headers(answer: Answer) -> None:
    answer.media, answer.raw = JSON, b"{}"
    answer.headers["Content-Length"] = "2"


FAULT = Fault(
    ("RSP-05",),
    "a successful DELETE has a body",
    lambda site: at(site.of_role(Role.DELETE), answer=on_answer(_set_body_headers, 204)),
    changes=("headers", "body"),
)
