"""The first read of each path gives 503, because the instance is still starting."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    hook_everywhere,
    replace_response,
)

_FIRST = 40  # paths that are cold


def install(_site: FaultSite) -> InstalledFault:
    """Remember the paths that were read."""
    warm: set[str] = set()

    def refuse_first(call: ServerCall | None, answer: ServerResponse) -> ServerResponse:
        if call is not None and call.operation.is_safe and call.path not in warm and len(warm) < _FIRST:
            warm.add(call.path)
            replace_response(503, {"title": "Service Unavailable", "status": 503, "detail": "Starting."})(answer)
        return answer

    return hook_everywhere(answer=refuse_first)


FAULT = SeededFault(("RSP-13",), "the first read of a path gives 503", install, changes=("status", "headers", "body"))
