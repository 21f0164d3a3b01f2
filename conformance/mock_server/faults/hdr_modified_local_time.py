"""Last-Modified names a zone other than GMT."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _set_last_modified(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Last-Modified"] = "Thu, 01 Jan 2026 00:00:00 +0100"
    return response


FAULT = SeededFault(
    ("HDR-13",),
    "Last-Modified: Thu, 01 Jan 2026 00:00:00 +0100 at one list",
    lambda site: hook_at(site.pick(site.root_lists()), answer=_set_last_modified),
    difficulty="subtle",
    changes=("headers",),
)
