"""Equality of texts compares the beginning alone."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.filters import values_at
from conformance.model import Operator


def plant(site: Site) -> Planted | None:
    """A filter by equality on a text with values that begin alike."""
    options = []
    for operation, each in site.filters(Operator.EQ):
        values = {
            str(v)
            for r in site.world.store.all(operation.resource)
            for v in values_at(r.data, each.field)
            if type(v) is str
        }
        if any(a != b and b.startswith(a) for a in values for b in values):
            options.append((operation, each))
    found = site.pick(options)
    return found and at(
        found[0],
        match=lambda _c, each, record, wanted, holds: (
            holds
            or (
                each.parameter == found[1].parameter
                and any(str(v).startswith(str(wanted)) for v in values_at(record.data, each.field) if v is not None)
            )
        ),
    )


FAULT = Fault(
    ("FLT-01",), "a filter by equality finds longer values too", plant, difficulty="subtle", changes=("headers", "body")
)
