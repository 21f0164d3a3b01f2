"""A range of bytes is answered with a part that does not say so."""

from msgspec import json

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _send_part(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    is_bytes = call is not None and call.headers.get("range", "") == "bytes=0-9"
    if is_bytes and response.status == 200 and response.media:
        whole = json.encode(response.body) if response.raw is None else response.raw
        response.status, response.raw = 206, whole[:10]
    return response


FAULT = SeededFault(
    ("ERR-11",),
    "Range: bytes=0-9 gives 206 without Content-Range",
    lambda _site: hook_everywhere(answer=_send_part),
    changes=("status", "headers", "body"),
)
