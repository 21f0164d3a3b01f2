"""A dotted path expands only its first level."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """Choose one path of two levels."""
    choice = site.pick(site.expansions(depth=2))
    return choice and at(
        choice[0],
        tree=lambda _c, paths: tuple(sorted({p.rpartition(".")[0] if p == choice[1].path else p for p in paths})),
    )


FAULT = Fault(("EXP-06",), "`expand=a.b` leaves the URL in b", plant, implies=("EXP-08",))
