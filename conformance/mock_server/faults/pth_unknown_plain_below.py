"""Below a resource an unknown path gives JSON that is no problem document."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _detail_alone(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None and response.status == 404 and response.body["instance"].count("/") > 5:
        response.body, response.media = {"detail": "Not found."}, "application/json"
    return response


FAULT = SeededFault(
    ("PTH-03",),
    'an unknown path below a resource gives {"detail": "Not found."} as application/json',
    lambda _site: hook_everywhere(answer=_detail_alone),
    difficulty="subtle",
    changes=("headers", "body"),
)
