"""`__isnull` is inverted."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one such filter of a root list."""
    choice = site.pick(site.filters(Operator.ISNULL))
    return choice and hook_at(
        choice[0],
        match=lambda _c, query_filter, _r, _w, holds: holds is not (query_filter.parameter == choice[1].parameter),
    )


FAULT = SeededFault(
    ("FLT-01", "FLT-02"), "`__isnull=true` finds items whose value is not null", install, changes=("headers", "body")
)
