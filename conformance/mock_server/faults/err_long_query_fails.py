"""A query of more than 2,000 characters makes the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_everywhere, replace_response


def _fail_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and sum(len(value) for _, value in call.query) > 2000:
        replace_response(500, crash_problem())(response)
    return response


FAULT = SeededFault(
    ("ERR-12",),
    "a value of 3,000 characters gives 500",
    lambda _site: hook_everywhere(answer=_fail_request),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
        "ERR-09",
    ),
)
