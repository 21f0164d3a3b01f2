"""Deprecation says yes."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _announce_deprecation(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["Deprecation"] = "yes"
    return response


FAULT = SeededFault(
    ("HDR-12",),
    "Deprecation: yes",
    lambda site: hook_at(site.pick(site.root_lists()), answer=_announce_deprecation),
    difficulty="subtle",
    changes=("headers",),
)
