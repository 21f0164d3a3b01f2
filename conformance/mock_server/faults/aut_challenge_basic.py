"""A 401 asks for a password."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _change_response(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="bearer"'
    return response


FAULT = SeededFault(
    ("AUT-08",),
    '401 with WWW-Authenticate: Basic realm="api"',
    lambda _site: hook_everywhere(answer=_change_response),
    difficulty="subtle",
    changes=("headers",),
)
