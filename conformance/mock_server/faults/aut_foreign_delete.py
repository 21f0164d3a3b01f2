"""A user deletes a resource of another user."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose the DELETE of a resource of users that can also be created."""
    owned = site.world.shape.owned
    made = {o.resource for o in site.bodies(Role.CREATE) if o.effect is Effect.WRITE and o.resource in owned}
    delete = site.pick(o for o in site.of_role(Role.DELETE) if o.resource in made)
    return at(delete, visible=lambda _call, _record, _seen: True)


FAULT = Fault(
    ("AUT-05",),
    "DELETE of one kind of thing works for everyone",
    plant,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
