"""One list with other letters is declared as ASCII."""

from conformance.mock_server.call import JSON, ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _declare_charset(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.media == JSON:
        response.media = f"{JSON}; charset=us-ascii"
    return response


FAULT = SeededFault(
    ("HDR-07",),
    "Content-Type: application/json; charset=us-ascii",
    lambda site: hook_at(site.root_lists(), answer=_declare_charset),
    difficulty="subtle",
    changes=("headers",),
)
