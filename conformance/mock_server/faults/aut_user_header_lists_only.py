"""The user header narrows lists, but not a thing that is read by its id."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """The read of one thing that does not say whose it is."""
    shape = site.world.shape
    options = [
        operation
        for operation in site.owned(Role.ITEM)
        if operation.user_header
        and not any(shape.principal in each.targets for each in shape.links(operation.resource))
    ]
    return at(site.pick(options), context=lambda call, _user: call.grant.user or None if call.grant else None)


FAULT = Fault(
    ("AUT-06",),
    "EvEnergy-User changes nothing where one thing is read by its id",
    plant,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
