"""A DELETE of an id that does not exist succeeds."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    hook_at,
    on_response,
)
from conformance.model import Role


def accept_unknown(response: ServerResponse, status: int) -> None:
    """Turn a refusal into a success without a body."""
    response.status, response.body, response.raw, response.media = status, None, b"", ""


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the DELETE of a resource that cannot be created, so that only a made-up id is ever deleted."""
    creatable = {operation.resource for operation in site.with_roles(Role.CREATE)}
    deletes = (o for o in site.with_roles(Role.DELETE) if o.resource not in creatable and o.path.endswith("}"))
    return hook_at(site.pick(deletes), answer=on_response(lambda response: accept_unknown(response, 204), 404))


FAULT = SeededFault(
    ("WRT-09",),
    "DELETE of an id that does not exist gives 204",
    install,
    changes=("status", "headers", "body"),
)
