"""HEAD of a list states the length of one item less."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _understate_length(call: ServerCall | None, _response: ServerResponse, body: bytes) -> bytes:
    return body[:-2] or body if call is not None and call.method == "HEAD" and _response.status == 200 else body


FAULT = SeededFault(
    ("HDR-08",),
    "Content-Length of HEAD is smaller than that of GET at one list",
    lambda site: hook_at(site.pick(site.root_lists()), raw=_understate_length),
    difficulty="subtle",
    changes=("headers",),
)
