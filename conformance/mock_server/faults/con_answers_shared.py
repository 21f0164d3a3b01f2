"""Reads of one list within a few milliseconds share one response, even for different users."""

import time
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role

_KEPT_S = 0.05


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of what belongs to users, and keep its last answer for a moment."""
    lists = [
        operation
        for operation in site.personal_operations(Role.LIST)
        if "{" not in operation.path and not operation.user_required
    ]
    operation = site.pick(lists)
    kept: dict[str, tuple[float, Any]] = {}

    def change_response(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is None or call.method != "GET" or call.query or response.status != 200:
            return response
        now = time.monotonic()
        at, raw = kept.get(call.path, (0.0, None))
        if now - at < _KEPT_S:
            response.raw = raw
        else:
            kept[call.path] = (now, response.raw)
        return response

    return hook_at(operation, answer=change_response)


FAULT = SeededFault(
    ("CON-09",),
    "one user gets the list of another who reads at the same moment",
    install,
    difficulty="subtle",
    implies=("AUT-05", "AUT-13", "AUT-15", "CON-01", "CON-02"),
)
