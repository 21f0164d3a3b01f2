"""A user deletes a resource of another user."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the DELETE of a resource of users that can also be created."""
    owned = site.world.shape.owned_resources
    made = {
        operation.resource
        for operation in site.body_writes(Role.CREATE)
        if operation.effect is Effect.WRITE and operation.resource in owned
    }
    delete = site.pick(operation for operation in site.with_roles(Role.DELETE) if operation.resource in made)
    return hook_at(delete, visible=lambda _call, _record, _seen: True)


FAULT = SeededFault(
    ("AUT-05",),
    "DELETE of one kind of resource works for everyone",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
