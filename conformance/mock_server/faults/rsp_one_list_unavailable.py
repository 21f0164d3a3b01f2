"""One list always gives 502, because the server behind the gateway is down."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _answer_as_gateway(_call: ServerCall, answer: ServerResponse) -> ServerResponse:
    answer.status, answer.headers, answer.media, answer.raw = 502, {}, "text/plain", b"bad gateway\n"
    return answer


FAULT = SeededFault(
    ("RSP-08",),
    "a list gives 502 whenever it is read",
    lambda site: hook_at(site.pick(site.paged_lists()), answer=_answer_as_gateway),
    changes=("status", "headers", "body"),
    implies=("RSP-13",),
)
