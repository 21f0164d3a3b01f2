"""The user header narrows lists, but not the read of one resource by its id."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the read of a resource without a link to its user."""
    shape = site.world.shape
    options = [
        operation
        for operation in site.owned_operations(Role.ITEM)
        if operation.user_header
        and not any(shape.user_resource in link.targets for link in shape.list_links(operation.resource))
    ]
    return hook_at(site.pick(options), context=lambda call, _user: call.grant.user or None if call.grant else None)


FAULT = SeededFault(
    ("AUT-06",),
    "EvEnergy-User changes nothing in the read of one resource by its id",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
