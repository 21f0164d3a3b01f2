"""Parts of deleted resources that can still be read, as several seeded faults share them."""

from collections.abc import Iterable
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.model import Effect, Operation, Role


def list_parts(site: FaultSite, *roles: Role) -> list[Operation]:
    """Return the reads of these roles below resources that can be created and deleted."""
    created = {o.resource for o in site.body_writes(Role.CREATE) if o.effect is Effect.WRITE}
    deleted = {o.path for o in site.with_roles(Role.DELETE) if o.resource in created and o.path.endswith("}")}
    return [o for o in site.model.operations if o.role in roles and o.path.rpartition("/")[0] in deleted]


def keep_parts(parts: Iterable[Operation]) -> InstalledFault | None:
    """Return a hook that answers reads of these parts from the last successful response once they are gone."""
    bodies: dict[str, Any] = {}

    def remember_parts(call: ServerCall, response: ServerResponse) -> ServerResponse:
        if response.status == 200:
            bodies[call.path] = response.body, response.raw
        elif response.status == 404 and call.path in bodies and call.method == "GET":
            body, raw = bodies[call.path]
            return ServerResponse(200, body, raw=raw)
        return response

    return hook_at(parts, answer=remember_parts)
