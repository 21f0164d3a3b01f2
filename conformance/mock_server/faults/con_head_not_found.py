"""HEAD of an existing resource gives 404."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _hide_from_head(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if call.method == "HEAD" and answer.status == 200:
        answer.status = 404
    return answer


FAULT = SeededFault(
    ("CON-05",),
    "HEAD of one kind of member gives 404",
    lambda site: hook_at(site.pick(site.root_items()), answer=_hide_from_head),
    changes=("status",),
)
