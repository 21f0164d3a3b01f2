"""A 401 for a token that is not valid has no challenge at one operation."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _change_response(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 401 and "authorization" in call.headers:
        response.headers.pop("WWW-Authenticate", None)
    return response


FAULT = SeededFault(
    ("AUT-08",),
    "401 without WWW-Authenticate for an expired token at one list",
    lambda site: hook_at(site.pick(site.secured_operations()), answer=_change_response),
    difficulty="subtle",
    changes=("headers",),
)
