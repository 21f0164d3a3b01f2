"""The URLs in Link have no angle brackets."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, at, on_answer


def _strip_brackets(answer: Answer) -> None:
    if "Link" in answer.headers:
        answer.headers["Link"] = answer.headers["Link"].replace("<", "").replace(">", "")


FAULT = Fault(
    ("PAG-01",),
    "the Link of one list cannot be parsed",
    lambda site: at(site.pick(site.paged(least=3)), answer=on_answer(_strip_brackets)),
    changes=("headers",),
)
