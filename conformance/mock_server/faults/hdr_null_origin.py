"""Pages without an origin may read one list with credentials."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _allow_origin(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers |= {"Access-Control-Allow-Origin": "null", "Access-Control-Allow-Credentials": "true"}
    return response


FAULT = SeededFault(
    ("HDR-06",),
    "Access-Control-Allow-Origin: null beside Access-Control-Allow-Credentials: true",
    lambda site: hook_at(site.pick(site.root_lists()), answer=_allow_origin),
    difficulty="subtle",
    changes=("headers",),
)
