"""A page beyond the last is empty."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, at, becomes, on_answer
from conformance.model import Scheme


def _empty_page(answer: Answer) -> None:
    becomes(200, [])(answer)
    answer.headers["Link"] = '<about:blank>; rel="previous", <about:blank>; rel="next"'


FAULT = Fault(
    ("PAG-08",),
    "a page number beyond the end gives 200 and []",
    lambda site: at(site.pick(site.paged(Scheme.PAGE)), answer=on_answer(_empty_page, 404)),
    changes=("status", "headers", "body"),
)
