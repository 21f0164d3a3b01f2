"""An unreadable filter value fails in one list."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_when, hook_at


def _is_malformed_filter(call: ServerCall, response: ServerResponse) -> bool:
    names = {documented.parameter for documented in call.operation.filters}
    return response.status == 400 and any(name in names for name, _ in call.query)


FAULT = SeededFault(
    ("FLT-04", "RSP-08"),
    "a malformed filter value gives 500 in one list",
    lambda site: hook_at(
        site.pick({o.key: o for o, f in site.filters() if f.operator not in {"eq", "in"}}.values()),
        answer=crash_when(_is_malformed_filter),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01",),
)
