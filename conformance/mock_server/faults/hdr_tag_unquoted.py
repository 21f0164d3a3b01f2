"""The ETag has no quotes."""

from zlib import crc32

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _set_entity_tag(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["ETag"] = f"{crc32(call.path.encode()):x}"
    return response


FAULT = SeededFault(
    ("HDR-13",),
    "ETag: 33a64df5",
    lambda _site: hook_everywhere(answer=_set_entity_tag),
    changes=("headers",),
)
