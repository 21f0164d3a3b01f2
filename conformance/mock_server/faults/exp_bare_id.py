"""An expanded link becomes a bare id."""

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One expansion at the first level."""
    found = site.pick(each for each in site.expansions() if site.world.shape.resources[each[1].target].prefix)
    return (
        at(found[0], nested=lambda _c, here, record, data: record.key if here == found[1].path else data)
        if found
        else None
    )


FAULT = Fault(
    ("EXP-02",),
    "one `expand` gives an id instead of an object",
    plant,
    implies=("EXP-08", "LNK-01", "RSP-03", "RSP-10"),
)
