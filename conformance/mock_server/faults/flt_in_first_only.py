"""Of the values of `__in` only the first counts."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.filters import values_at
from conformance.model import Operator


def plant(site: Site) -> Planted | None:
    """One such filter of a root list."""
    found = site.pick(site.filters(Operator.IN))
    return found and at(
        found[0],
        match=lambda _c, each, record, wanted, holds: (
            holds and (each.parameter != found[1].parameter or wanted[0] in values_at(record.data, each.field))
        ),
    )


FAULT = Fault(
    ("FLT-02",),
    "`__in` with two values finds those of the first",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
)
