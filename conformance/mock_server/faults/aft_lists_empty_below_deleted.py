"""The lists below a deleted resource are empty instead of gone."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the parts of what can be created and deleted."""
    created = {o.resource for o in site.body_writes(Role.CREATE) if o.effect is Effect.WRITE}
    deleted = [o for o in site.with_roles(Role.DELETE) if o.resource in created and o.path.endswith("}")]
    parts = [
        o
        for o in site.model.operations
        if o.role is Role.LIST and any(o.path.rpartition("/")[0] == d.path for d in deleted)
    ]
    known: set[str] = set()

    def show_empty(call: ServerCall, response: ServerResponse) -> ServerResponse:
        parent = call.path.rpartition("/")[0]
        if response.status == 200:
            known.add(parent)
        return ServerResponse(200, []) if response.status == 404 and parent in known else response

    return hook_at(parts, answer=show_empty)


FAULT = SeededFault(
    ("AFT-03",), "a list below a deleted resource gives 200", install, changes=("status", "headers", "body")
)
