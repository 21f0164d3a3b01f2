"""`__range` leaves out its upper end."""

from conformance.mock_server import clock
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.filters import values_at
from conformance.model import Operator


def plant(site: Site) -> Planted | None:
    """One such filter of a root list."""
    found = site.pick(site.filters(Operator.RANGE))
    return found and at(
        found[0],
        match=lambda _c, each, record, wanted, holds: (
            holds
            and (
                each.parameter != found[1].parameter
                or wanted[1]
                not in {clock.parse(v) if isinstance(v, str) else v for v in values_at(record.data, each.field)}
            )
        ),
    )


FAULT = Fault(
    ("FLT-02",),
    "an item equal to the end of `__range` is missing",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01",),
)
