"""The ETag of a list is the same whatever the list shows."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _set_entity_tag(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200 and call.method == "GET":
        response.headers["ETag"] = '"v2"'
    return response


FAULT = SeededFault(
    ("HDR-09",),
    'ETag: "v2" at every page, filter and moment; a read after a write has it too',
    lambda _site: hook_everywhere(answer=_set_entity_tag),
    changes=("headers",),
)
