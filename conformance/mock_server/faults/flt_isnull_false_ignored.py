"""`__isnull=false` finds everything."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Operator


def plant(site: Site) -> Planted | None:
    """One such filter of a root list."""
    found = site.pick(site.filters(Operator.ISNULL))
    return found and at(
        found[0],
        match=lambda _c, each, _r, wanted, holds: holds or (each.parameter == found[1].parameter and wanted is False),
    )


FAULT = Fault(
    ("FLT-03", "FLT-01"),
    "`__isnull=false` does not exclude nulls",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
)
