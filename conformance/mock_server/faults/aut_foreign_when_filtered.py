"""With a filter a user's list shows things of others."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record


def _leak(call: Call, _record: Record, visible: bool) -> bool:
    names = {each.parameter for each in call.operation.filters}
    return visible or bool(names & {name for name, _ in call.query})


def plant(site: Site) -> Planted | None:
    """A list of things that belong to users, with filters."""
    owned = site.world.shape.owned - {site.world.shape.principal}
    return at(site.pick({o.key: o for o, _ in site.filters() if o.resource in owned}.values()), visible=_leak)


FAULT = Fault(
    ("AUT-05",),
    "a filtered list shows a user what belongs to others",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
)
