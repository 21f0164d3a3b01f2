"""HEAD has another media type than GET."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _change_media_type(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
    if call is not None and call.method == "HEAD" and answer.media:
        answer.media = "text/plain"
    return answer


FAULT = SeededFault(
    ("CON-05",),
    "HEAD has Content-Type text/plain",
    lambda _site: hook_everywhere(answer=_change_media_type),
    difficulty="subtle",
    changes=("headers",),
)
