"""A list below a resource of another user can be read."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list below a resource that belongs to users."""
    owned = site.world.shape.owned_resources - {site.world.shape.user_resource}
    options = [
        operation
        for operation in site.with_roles(Role.LIST)
        if operation.path.count("{") == 1 and site.world.shape.resources[operation.resource].parent in owned
    ]
    return hook_at(site.pick(options), visible=lambda _c, _r, _v: True)


FAULT = SeededFault(
    ("AUT-05",),
    "a list below another user's resource gives 200",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
