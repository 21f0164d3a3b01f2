"""Errors are sent as application/json."""

from conformance.mock_server.call import JSON, Answer
from conformance.mock_server.problems import MEDIA
from conformance.mock_server.seeded_faults import Fault, anywhere, on_answer


def _set_plain_json(answer: Answer) -> None:
    if answer.media == MEDIA:
        answer.media = JSON


FAULT = Fault(
    ("ERR-01", "RSP-02"),
    "problems are application/json",
    lambda _site: anywhere(answer=on_answer(_set_plain_json)),
    changes=("headers",),
    implies=("LIM-02",),
)
