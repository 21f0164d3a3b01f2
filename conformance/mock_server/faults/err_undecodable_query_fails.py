"""Bytes in a query that are no UTF-8 make the server fail."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, crash_problem, hook_everywhere, replace_response


def _fail_request(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and any(
        any(letter > "\x7f" for letter in value) or "\ufffd" in value for _, value in call.query
    ):
        replace_response(500, crash_problem())(response)
    return response


FAULT = SeededFault(
    ("ERR-12",),
    "?x=%FF gives 500",
    lambda _site: hook_everywhere(answer=_fail_request),
    changes=("status", "headers", "body"),
    implies=(
        "RSP-01",
        "RSP-08",
        "ERR-09",
    ),
)
