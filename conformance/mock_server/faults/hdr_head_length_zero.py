"""HEAD states that GET has no body."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _understate_length(call: ServerCall | None, _response: ServerResponse, body: bytes) -> bytes:
    return b"" if call is not None and call.method == "HEAD" and _response.status == 200 else body


FAULT = SeededFault(
    ("HDR-08",),
    "HEAD has Content-Length: 0",
    lambda _site: hook_everywhere(raw=_understate_length),
    changes=("headers",),
)
