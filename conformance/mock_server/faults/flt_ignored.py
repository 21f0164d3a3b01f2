"""One filter does nothing."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Operator


def plant(site: Site) -> Planted | None:
    """A filter by equality."""
    found = site.pick(site.filters(Operator.EQ))
    return found and at(found[0], match=lambda _c, each, _r, _w, holds: holds or each.parameter == found[1].parameter)


FAULT = Fault(("FLT-01",), "a list shows items that do not satisfy its filter", plant, changes=("headers", "body"))
