"""The version header is repeated in the responses of one operation."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _repeat_header(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and response.status == 200:
        response.headers["evenergy-version"] = "2"
    return response


FAULT = SeededFault(
    ("HDR-03",),
    "EvEnergy-Version: 2 occurs twice",
    lambda site: hook_at(site.pick(site.root_items()), answer=_repeat_header),
    difficulty="subtle",
    changes=("headers",),
)
