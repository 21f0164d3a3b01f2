"""One filter is ignored."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a filter by equality."""
    choice = site.pick(site.filters(Operator.EQ))
    return choice and hook_at(
        choice[0], match=lambda _c, query_filter, _r, _w, holds: holds or query_filter.parameter == choice[1].parameter
    )


FAULT = SeededFault(
    ("FLT-01",), "a list shows items that do not satisfy its filter", install, changes=("headers", "body")
)
