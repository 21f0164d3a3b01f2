"""`__isnull` means its opposite."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Operator


def plant(site: Site) -> Planted | None:
    """One such filter of a root list."""
    found = site.pick(site.filters(Operator.ISNULL))
    return found and at(
        found[0], match=lambda _c, each, _r, _w, holds: holds is not (each.parameter == found[1].parameter)
    )


FAULT = Fault(("FLT-01", "FLT-02"), "`__isnull=true` finds what is not null", plant, changes=("headers", "body"))
