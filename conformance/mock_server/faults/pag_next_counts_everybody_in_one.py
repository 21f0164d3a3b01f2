"""Whether one list has a next page is counted over everybody's items."""

from conformance.mock_server.fault_tools.void_pages import link_behind_users_last
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Scheme


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list of what belongs to users, paged by cursor."""
    owned = site.world.shape.owned_resources
    lists = [o for o in site.paged_lists(Scheme.CURSOR) if o.resource in owned and "{" not in o.path]
    return hook_at(site.pick(lists), link=link_behind_users_last(site.world))


FAULT = SeededFault(
    ("PAG-01",),
    "a user's last page of one list has a next page, which is empty",
    install,
    difficulty="subtle",
    changes=("headers",),
    implies=("PAG-05",),
)
