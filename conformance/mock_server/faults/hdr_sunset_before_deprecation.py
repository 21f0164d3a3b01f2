"""An operation ends before it is deprecated."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _announce_sunset(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers |= {"Deprecation": "@1798761600", "Sunset": "Wed, 30 Sep 2026 23:59:59 GMT"}
    return response


FAULT = SeededFault(
    ("HDR-12",),
    "Sunset lies before Deprecation at one item",
    lambda site: hook_at(site.pick(site.root_items()), answer=_announce_sunset),
    difficulty="subtle",
    changes=("headers",),
)
