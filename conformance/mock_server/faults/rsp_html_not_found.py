"""A 404 is an HTML page."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer


def _set_html_page(answer: Answer) -> None:
    answer.media, answer.raw = "text/html", b"<html><h1>Not Found</h1></html>"


FAULT = Fault(
    ("RSP-02", "ERR-01"),
    "every 404 has an HTML body",
    lambda _site: anywhere(answer=on_answer(_set_html_page, 404)),
    changes=("headers", "body"),
)
