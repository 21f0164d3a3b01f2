"""A second DELETE of the same resource finds it, and shows it."""

from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    hook_at,
    replace_response,
)
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Act at every deletion."""
    deleted: dict[str, dict[str, Any]] = {}

    def remember(call: ServerCall, record: Any, is_removed: bool) -> bool:
        deleted[call.path] = {"id": record.key}
        return is_removed

    def show_again(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is not None and response.status == 404 and call.path in deleted:
            replace_response(200, deleted[call.path])(response)
        return response

    return hook_at(site.with_roles(Role.DELETE), remove=remember, answer=show_again)


FAULT = SeededFault(
    ("WRT-04",),
    "DELETE of a deleted resource gives 200 and shows it",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-01", "RSP-02", "RSP-03"),
)
