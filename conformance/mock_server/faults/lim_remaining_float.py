"""X-RateLimit-Remaining has a decimal point."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response


def _write_as_float(answer: ServerResponse) -> None:
    if "X-RateLimit-Remaining" in answer.headers:
        answer.headers["X-RateLimit-Remaining"] += ".0"


FAULT = SeededFault(
    ("LIM-01",),
    "X-RateLimit-Remaining is `998.0`",
    lambda _site: hook_everywhere(answer=on_response(_write_as_float)),
    difficulty="subtle",
    changes=("headers",),
    implies=("RSP-04",),
)
