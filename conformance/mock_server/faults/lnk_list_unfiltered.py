"""The link to a list lacks its filter."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, edit_property, hook_at
from conformance.model import LinkKind


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one link with a query."""
    options = site.links([*site.root_lists(), *site.root_items()], LinkKind.LIST)
    choice = site.pick(
        (operation, n)
        for operation, n in options
        if "?" in next(iter(site.world.store.iterate_records(operation.resource))).data[n]
    )
    return hook_at(choice[0], item=edit_property(choice[1], lambda text: text.partition("?")[0])) if choice else None


FAULT = SeededFault(
    ("LNK-05",), "a link to a list leads to the whole list", install, implies=("CON-02", "EXP-04", "WRT-01")
)
