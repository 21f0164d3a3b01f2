"""At the third level an expansion gives a bare id."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one path of three levels."""
    choice = site.pick(site.expansions(depth=3))
    return (
        hook_at(choice[0], nested=lambda _c, here, record, data: record.key if here == choice[1].path else data)
        if choice
        else None
    )


FAULT = SeededFault(
    ("EXP-06", "EXP-02"), "`expand=a.b.c` puts an id into c", install, difficulty="subtle", implies=("LNK-01", "RSP-03")
)
