"""Characters beyond the basic plane fail in one write."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_at


def _has_emoji(call: ServerCall, _response: ServerResponse) -> bool:
    text = call.body.decode("utf-8", "ignore")
    return any(ord(character) > 0xFFFF for character in text) or "\\ud83d" in text.lower()


FAULT = SeededFault(
    ("ERR-09", "RSP-08"),
    "an emoji in a body gives 500",
    lambda site: hook_at(site.body_writes(), answer=crash_when(_has_emoji)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
