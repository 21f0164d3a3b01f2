"""A path that the API does not have gives a page for people."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _show_page(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None and response.status == 404:
        response.raw, response.media = b"<!doctype html><title>Not Found</title><h1>Not Found</h1>", "text/html"
    return response


FAULT = SeededFault(
    ("PTH-03",),
    "an unknown path gives text/html",
    lambda _site: hook_everywhere(answer=_show_page),
    changes=("headers", "body"),
    implies=("ERR-01",),
)
