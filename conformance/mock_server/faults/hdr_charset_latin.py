"""Bodies in UTF-8 are declared as Latin-1."""

from conformance.mock_server.call import JSON, ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _declare_charset(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.media == JSON:
        response.media = f"{JSON}; charset=iso-8859-1"
    return response


FAULT = SeededFault(
    ("HDR-07",),
    "Content-Type: application/json; charset=iso-8859-1",
    lambda _site: hook_everywhere(answer=_declare_charset),
    changes=("headers",),
)
