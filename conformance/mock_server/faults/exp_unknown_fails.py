"""An undocumented path to expand fails in one operation."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_at


def _is_unknown_expansion(call: ServerCall, response: ServerResponse) -> bool:
    return response.status == 400 and call.last_query_value("expand") is not None


FAULT = SeededFault(
    ("EXP-10", "RSP-08"),
    "`expand=nonsense` gives 500 in one operation",
    lambda site: hook_at(
        site.pick({operation.key: operation for operation, _ in site.expansions()}.values()),
        answer=crash_when(_is_unknown_expansion),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
