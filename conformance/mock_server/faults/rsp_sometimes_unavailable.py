"""One response in a hundred is a 503."""

from itertools import count

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    hook_everywhere,
    replace_response,
)


def install(_site: FaultSite) -> InstalledFault:
    """Count all requests, and fail safe ones only."""
    requests = count(1)

    def fail_read(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
        if next(requests) % 100 == 0 and call is not None and call.operation.is_safe:
            replace_response(503, {"title": "Service Unavailable", "status": 503, "detail": "Try again."})(answer)
        return answer

    return hook_everywhere(answer=fail_read)


FAULT = SeededFault(
    ("RSP-13",),
    "every hundredth read gives 503",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
