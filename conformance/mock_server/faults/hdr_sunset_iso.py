"""Sunset is a date by ISO 8601."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _announce_sunset(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers |= {"Deprecation": "@1767225600", "Sunset": "2027-06-30T00:00:00Z"}
    return response


FAULT = SeededFault(
    ("HDR-12",),
    "Sunset: 2027-06-30 at one list",
    lambda site: hook_at(site.pick(site.root_lists()), answer=_announce_sunset),
    changes=("headers",),
)
