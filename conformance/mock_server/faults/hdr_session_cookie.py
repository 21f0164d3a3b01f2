"""A session begins with each request."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _set_cookie(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and call.grant is not None:
        response.headers["Set-Cookie"] = "sessionid=d41d8cd98f; HttpOnly; Path=/"
    return response


FAULT = SeededFault(
    ("HDR-05",),
    "Set-Cookie: sessionid=… in responses to a token",
    lambda _site: hook_everywhere(answer=_set_cookie),
    changes=("headers",),
)
