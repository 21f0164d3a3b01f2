"""One part of a deleted resource can still be read."""

from typing import Any

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
        if o.role is Role.SINGLETON and any(o.path.rpartition("/")[0] == d.path for d in deleted)
    ]
    bodies: dict[str, Any] = {}

    def remember_parts(call: ServerCall, response: ServerResponse) -> ServerResponse:
        if response.status == 200:
            bodies[call.path] = response.body, response.raw
        elif response.status == 404 and call.path in bodies and call.method == "GET":
            body, raw = bodies[call.path]
            return ServerResponse(200, body, raw=raw)
        return response

    return hook_at(parts[:1], answer=remember_parts)


FAULT = SeededFault(
    ("AFT-03",),
    "one part of a deleted resource is still there",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
