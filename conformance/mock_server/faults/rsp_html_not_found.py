"""A 404 is an HTML page."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response


def _set_html_page(answer: ServerResponse) -> None:
    answer.media, answer.raw = "text/html", b"<html><h1>Not Found</h1></html>"


FAULT = SeededFault(
    ("RSP-02", "ERR-01"),
    "every 404 has an HTML body",
    lambda _site: hook_everywhere(answer=on_response(_set_html_page, 404)),
    changes=("headers", "body"),
    implies=("PTH-03",),
)
