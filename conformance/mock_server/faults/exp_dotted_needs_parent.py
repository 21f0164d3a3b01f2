"""A dotted path expands nothing unless the level above is asked for as well."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one operation with a path of two levels."""
    choice = site.pick(site.expansions(depth=2))
    if choice is None:
        return None
    path = choice[1].path
    return hook_at(
        choice[0],
        tree=lambda call, paths: (
            paths if path.rpartition(".")[0] in call.query_values("expand") else tuple(p for p in paths if p != path)
        ),
    )


FAULT = SeededFault(("EXP-06",), "`expand=a.b` alone leaves the URL in b", install, implies=("EXP-05", "EXP-08"))
