"""A 401 says nothing of how to authenticate."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _change_response(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 401:
        response.headers.pop("WWW-Authenticate", None)
    return response


FAULT = SeededFault(
    ("AUT-08",),
    "401 without WWW-Authenticate",
    lambda _site: hook_everywhere(answer=_change_response),
    changes=("headers",),
)
