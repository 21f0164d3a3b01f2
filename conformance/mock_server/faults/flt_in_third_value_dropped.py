"""Only the first two values of `__in` count."""

from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one such filter of a root list."""
    choice = site.pick(site.filters(Operator.IN))
    return choice and hook_at(
        choice[0],
        match=lambda _c, query_filter, record, values, holds: (
            holds
            and (
                query_filter.parameter != choice[1].parameter
                or any(value in values[:2] for value in find_values(record.data, query_filter.field))
            )
        ),
    )


FAULT = SeededFault(
    ("FLT-02",),
    "`__in` with three values finds those of the first two",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
