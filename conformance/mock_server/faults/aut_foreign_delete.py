"""A user deletes a resource of another user."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose the DELETE of a resource of users that can also be created."""
    owned = site.world.shape.owned
    made = {
        operation.resource
        for operation in site.bodies(Role.CREATE)
        if operation.effect is Effect.WRITE and operation.resource in owned
    }
    delete = site.pick(operation for operation in site.of_role(Role.DELETE) if operation.resource in made)
    return at(delete, visible=lambda _call, _record, _seen: True)


FAULT = Fault(
    ("AUT-05",),
    "DELETE of one kind of thing works for everyone",
    plant,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
