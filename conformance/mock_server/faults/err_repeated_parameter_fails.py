"""A parameter that stands twice in a query makes the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_everywhere, replace_response


def _fail_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and any(name != "expand" and len(call.query_values(name)) > 1 for name, _ in call.query):
        replace_response(500, crash_problem())(response)
    return response


FAULT = SeededFault(
    ("ERR-12",),
    "?ordering=x&ordering=x gives 500",
    lambda _site: hook_everywhere(answer=_fail_request),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
    ),
)
