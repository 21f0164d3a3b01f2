"""Now and then a client gets the response to the client before it."""

from collections import Counter
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere


def install(_site: FaultSite) -> InstalledFault:
    """Count the identical plain reads of each token."""
    reads: Counter[Any] = Counter()
    last: dict[str, tuple[Any, Any]] = {}

    def change_response(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or call.method != "GET" or call.query or response.status != 200:
            return response
        key = (call.path, call.headers.get("authorization"), call.headers.get("evenergy-user"))
        reads[key] += 1
        other = last.get(call.operation.key)
        last[call.operation.key] = (key[1], response.raw)
        if reads[key] % 4 == 3 and other and other[0] != key[1]:
            response.raw = other[1]
        return response

    return hook_everywhere(answer=change_response)


FAULT = SeededFault(
    ("CON-09",),
    "every third identical read gets the response to the token before it",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("AUT-05", "AUT-13", "AUT-15", "CON-01", "CON-02"),
)
