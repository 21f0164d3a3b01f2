"""Problem documents are declared as Windows-1252."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _declare_charset(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.media == PROBLEM_MEDIA_TYPE and isinstance(response.body, dict):
        response.media = f"{PROBLEM_MEDIA_TYPE}; charset=windows-1252"
        response.body["detail"] += " — try again"
    return response


FAULT = SeededFault(
    ("HDR-07",),
    "Content-Type: application/problem+json; charset=windows-1252",
    lambda _site: hook_everywhere(answer=_declare_charset),
    difficulty="subtle",
    changes=("headers", "body"),
)
