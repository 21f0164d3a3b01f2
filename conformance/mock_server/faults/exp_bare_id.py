"""An expanded link becomes a bare id."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion at the first level."""
    choice = site.pick(option for option in site.expansions() if site.world.shape.resources[option[1].target].prefix)
    return (
        hook_at(choice[0], nested=lambda _c, here, record, data: record.key if here == choice[1].path else data)
        if choice
        else None
    )


FAULT = SeededFault(
    ("EXP-02",),
    "one `expand` gives an id instead of an object",
    install,
    implies=("EXP-08", "LNK-01", "RSP-03", "RSP-10"),
)
