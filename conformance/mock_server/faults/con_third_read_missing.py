"""The third read of a resource in a row finds nothing."""

from collections import Counter
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    hook_everywhere,
    replace_response,
)


def install(_site: FaultSite) -> InstalledFault:
    """Count the identical plain reads of each token."""
    reads: Counter[Any] = Counter()

    def change_response(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or call.method != "GET" or call.query or response.status != 200:
            return response
        key = (call.path, call.headers.get("authorization"), call.headers.get("evenergy-user"))
        reads[key] += 1
        if reads[key] % 4 == 3:
            replace_response(404, {"title": "Not Found", "status": 404, "detail": "Not found."})(response)
        return response

    return hook_everywhere(answer=change_response)


FAULT = SeededFault(
    ("CON-09",),
    "every third identical read gives 404",
    install,
    changes=("status", "headers", "body"),
    implies=("CON-01", "CON-02", "RSP-12"),
)
