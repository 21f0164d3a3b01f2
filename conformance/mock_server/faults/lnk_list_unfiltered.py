"""The link to a list lacks its filter."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, edit
from conformance.model import LinkKind


def plant(site: Site) -> Planted | None:
    """Choose one link with a query."""
    options = site.links([*site.lists(), *site.items()], LinkKind.LIST)
    choice = site.pick(
        (operation, n)
        for operation, n in options
        if "?" in next(iter(site.world.store.all(operation.resource))).data[n]
    )
    return at(choice[0], item=edit(choice[1], lambda text: text.partition("?")[0])) if choice else None


FAULT = Fault(("LNK-05",), "a link to a list leads to the whole list", plant, implies=("CON-02", "EXP-04", "WRT-01"))
