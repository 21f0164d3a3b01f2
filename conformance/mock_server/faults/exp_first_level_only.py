"""A dotted path expands only its first level."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one path of two levels."""
    choice = site.pick(site.expansions(depth=2))
    return choice and hook_at(
        choice[0],
        tree=lambda _c, paths: tuple(sorted({p.rpartition(".")[0] if p == choice[1].path else p for p in paths})),
    )


FAULT = SeededFault(("EXP-06",), "`expand=a.b` leaves the URL in b", install, implies=("EXP-08",))
