"""Characters beyond the basic plane fail in one write."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_at, replace_response


def _fail_emoji(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    text = call.body.decode("utf-8", "ignore")
    if any(ord(character) > 0xFFFF for character in text) or "\\ud83d" in text.lower():
        replace_response(500, crash_problem())(answer)
    return answer


FAULT = SeededFault(
    ("ERR-09", "RSP-08"),
    "an emoji in a body gives 500",
    lambda site: hook_at(site.body_writes(), answer=_fail_emoji),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
