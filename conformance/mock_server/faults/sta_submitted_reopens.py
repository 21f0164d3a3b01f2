"""A second submission opens an application again."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import make_links_absolute


def install(site: FaultSite) -> InstalledFault | None:
    """Reopen an application that was complete before its submission, and accept that."""
    store = site.world.store

    def reopen_application(call: ServerCall, response: ServerResponse) -> ServerResponse:
        claim = store.by_path.get(call.path.rpartition(":")[0])
        if claim is not None and response.status in {400, 409}:
            store.change(claim, {"status": "PENDING_IN_PROGRESS"})
            return ServerResponse(200, make_links_absolute(claim.data, call.base))
        return response

    return hook_at(
        site.model.operations_by_key.get("POST /user_rebates/{user_rebate_id}:submit"), answer=reopen_application
    )


FAULT = SeededFault(
    ("STA-03",),
    "a complete application is in progress after a second submission",
    install,
    changes=("status", "headers", "body"),
)
