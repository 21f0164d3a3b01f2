"""One expansion is ignored in a list."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion of a list, with all expansions below it."""
    choice = site.pick(site.expansions(Role.LIST))
    return choice and hook_at(
        choice[0], tree=lambda _call, paths: tuple(path for path in paths if path.split(".")[0] != choice[1].path)
    )


FAULT = SeededFault(
    ("EXP-02", "EXP-09"), "one documented `expand` of a list leaves the URL", install, implies=("EXP-08",)
)
