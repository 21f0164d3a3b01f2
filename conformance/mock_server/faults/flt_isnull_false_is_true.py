"""`__isnull=false` is read as true, as every text that is not empty is."""

from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one such filter of a root list."""
    choice = site.pick(site.filters(Operator.ISNULL))
    return choice and hook_at(
        choice[0],
        match=lambda _c, query_filter, record, _v, holds: (
            all(value is None for value in find_values(record.data, query_filter.field))
            if query_filter.parameter == choice[1].parameter
            else holds
        ),
    )


FAULT = SeededFault(
    ("FLT-01", "FLT-02", "FLT-03"),
    "`__isnull=false` finds items whose value is null",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
