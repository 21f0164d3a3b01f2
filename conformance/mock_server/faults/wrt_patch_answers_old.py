"""The response to a PATCH shows the old values."""

import msgspec

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role


def _restore_old_values(call: ServerCall, answer: ServerResponse) -> ServerResponse:
    if answer.status == 200 and isinstance(answer.body, dict) and call.body:
        sent = msgspec.json.decode(call.body) if call.body[:1] == b"{" else {}
        answer.body = {
            name: _change_value(value) if name in sent and sent[name] == value else value
            for name, value in answer.body.items()
        }
    return answer


def _change_value(value: object) -> object:
    return not value if isinstance(value, bool) else value - 1 if isinstance(value, int) else value


FAULT = SeededFault(
    ("WRT-02",),
    "the response to one kind of PATCH shows other values than were set",
    lambda site: hook_at(
        [
            operation
            for operation in site.body_writes(Role.UPDATE)
            if any(s.get("type") in ("integer", "boolean") for s in site.writable_properties(operation).values())
        ],
        answer=_restore_old_values,
    ),
    implies=("RSP-03",),  # the changed value may be out of bounds
)
