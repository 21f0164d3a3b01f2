"""Last-Modified is a date by ISO 8601."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _set_last_modified(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Last-Modified"] = "2026-01-01T00:00:00Z"
    return response


FAULT = SeededFault(
    ("HDR-13",),
    "Last-Modified: 2026-01-01T00:00:00Z at one item",
    lambda site: hook_at(site.pick(site.root_items()), answer=_set_last_modified),
    difficulty="subtle",
    changes=("headers",),
)
