"""`__isnull=false` matches everything."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one such filter of a root list."""
    choice = site.pick(site.filters(Operator.ISNULL))
    return choice and hook_at(
        choice[0],
        match=lambda _c, query_filter, _r, value, holds: (
            holds or (query_filter.parameter == choice[1].parameter and value is False)
        ),
    )


FAULT = SeededFault(
    ("FLT-03", "FLT-01"),
    "`__isnull=false` does not exclude nulls",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
