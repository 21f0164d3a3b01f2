"""`__gt` and `__lt` let through what is equal."""

from conformance.mock_server import clock
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.filters import values_at
from conformance.model import Operator


def _value(value: object) -> object:
    return clock.parse(value) if isinstance(value, str) else value


def plant(site: Site) -> Planted | None:
    """One such filter of a root list."""
    found = site.pick(site.filters(Operator.GT, Operator.LT))
    return found and at(
        found[0],
        match=lambda _c, each, record, wanted, holds: (
            holds
            or (
                each.parameter == found[1].parameter
                and wanted in {_value(v) for v in values_at(record.data, each.field)}
            )
        ),
    )


FAULT = Fault(
    ("FLT-01",),
    "an item equal to the bound of `__gt` is there",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-03",),
)
