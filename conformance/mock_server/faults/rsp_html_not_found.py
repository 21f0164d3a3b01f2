"""A thing that does not exist is answered with a page for people."""

from conformance.mock_server.call import Answer
from conformance.mock_server.faulting import Fault, anywhere, on_answer


def _page(answer: Answer) -> None:
    answer.media, answer.raw = "text/html", b"<html><h1>Not Found</h1></html>"


FAULT = Fault(
    ("RSP-02", "ERR-01"),
    "every 404 has an HTML body",
    lambda _site: anywhere(answer=on_answer(_page, 404)),
    changes=("headers", "body"),
)
