"""At the third level an expansion gives a bare id."""

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One path of three levels."""
    found = site.pick(site.expansions(depth=3))
    return (
        at(found[0], nested=lambda _c, here, record, data: record.key if here == found[1].path else data)
        if found
        else None
    )


FAULT = Fault(
    ("EXP-06", "EXP-02"), "`expand=a.b.c` puts an id into c", plant, difficulty="subtle", implies=("LNK-01", "RSP-03")
)
