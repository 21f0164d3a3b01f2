"""The origin of a request is allowed, whichever it is, and with credentials."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _allow_origin(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and "origin" in call.headers:
        response.headers["Access-Control-Allow-Origin"] = call.headers["origin"]
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response


FAULT = SeededFault(
    ("HDR-06",),
    "Access-Control-Allow-Origin repeats Origin, with credentials",
    lambda _site: hook_everywhere(answer=_allow_origin),
    difficulty="subtle",
    changes=("headers",),
)
