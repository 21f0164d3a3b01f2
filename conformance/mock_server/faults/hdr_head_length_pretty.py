"""HEAD states the length of a body with blanks, which GET has not."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _overstate_length(call: ServerCall | None, _response: ServerResponse, body: bytes) -> bytes:
    return body.replace(b",", b", ") if call is not None and call.method == "HEAD" and _response.status == 200 else body


FAULT = SeededFault(
    ("HDR-08",),
    "Content-Length of HEAD is larger than that of GET at one item",
    lambda site: hook_at(site.pick(site.root_items()), raw=_overstate_length),
    difficulty="subtle",
    changes=("headers",),
)
