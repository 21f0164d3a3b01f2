"""A link is expanded without a request for it."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion of a single read."""
    choice = site.pick(site.expansions(Role.ITEM))
    return hook_at(choice[0], tree=lambda _call, paths: tuple(sorted({*paths, choice[1].path}))) if choice else None


FAULT = SeededFault(
    ("EXP-01",), "GET of one kind of member expands a link always", install, implies=("CON-02", "EXP-04")
)
