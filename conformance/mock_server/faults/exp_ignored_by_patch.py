"""The response to a PATCH expands nothing."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH that documents `expand`."""
    choice = site.pick(
        operation for operation, _ in site.expansions(Role.UPDATE) if operation in site.body_writes(Role.UPDATE)
    )
    return hook_at(choice, tree=lambda _call, _paths: ())


FAULT = SeededFault(("EXP-02",), "the documented `expand` of one PATCH leaves the URL", install)
