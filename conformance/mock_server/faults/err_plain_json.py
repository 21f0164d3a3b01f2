"""Errors are sent as application/json."""

from conformance.mock_server.call import JSON, ServerResponse
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response


def _set_plain_json(answer: ServerResponse) -> None:
    if answer.media == PROBLEM_MEDIA_TYPE:
        answer.media = JSON


FAULT = SeededFault(
    ("ERR-01", "RSP-02"),
    "problems are application/json",
    lambda _site: hook_everywhere(answer=on_response(_set_plain_json)),
    changes=("headers",),
    implies=("LIM-02", "PTH-03"),
)
