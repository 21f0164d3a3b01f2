"""The ETag has no quotes."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _tag(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["ETag"] = f"{abs(hash(call.path)):x}"
    return response


FAULT = SeededFault(
    ("HDR-13",),
    "ETag: 33a64df5",
    lambda _site: hook_everywhere(answer=_tag),
    changes=("headers",),
)
