"""Pages of any origin may read responses with credentials."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _allow_origin(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status:
        response.headers |= {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
    return response


FAULT = SeededFault(
    ("HDR-06",),
    "Access-Control-Allow-Origin: * beside Access-Control-Allow-Credentials: true",
    lambda _site: hook_everywhere(answer=_allow_origin),
    changes=("headers",),
)
