"""A list below a resource of another user can be read."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """Choose one list below a resource that belongs to users."""
    owned = site.world.shape.owned - {site.world.shape.principal}
    options = [
        operation
        for operation in site.of_role(Role.LIST)
        if operation.path.count("{") == 1 and site.world.shape.resources[operation.resource].parent in owned
    ]
    return at(site.pick(options), visible=lambda _c, _r, _v: True)


FAULT = Fault(
    ("AUT-05",),
    "a list below a foreign thing gives 200",
    plant,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
