"""Below a resource an unknown path gives the page of the web framework."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _show_page(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None and response.status == 404 and response.body["instance"].count("/") == 6:
        response.raw, response.media = b"<!doctype html><h1>Not Found</h1>", "text/html"
    return response


FAULT = SeededFault(
    ("PTH-07",),
    "an unknown path below a resource gives an HTML page",
    lambda _site: hook_everywhere(answer=_show_page),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PTH-03",),
)
