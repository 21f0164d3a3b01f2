"""A filter by the id of a linked thing finds everything."""

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One filter by id."""
    found = site.pick((o, f) for o, f in site.filters(least=3) if f.by_id_of)
    return found and at(found[0], match=lambda _c, each, _r, _w, holds: holds or each.parameter == found[1].parameter)


FAULT = Fault(
    ("FLT-01", "LNK-05"),
    "a filter by a linked thing's id is ignored",
    plant,
    changes=("headers", "body"),
    implies=("FLT-05",),
)
