"""PATCH ignores one field."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one field of one PATCH."""
    options = [
        (operation, name)
        for operation in site.body_writes(Role.UPDATE)
        for name in site.writable_properties(operation)
        if name in site.properties(operation) and len(site.writable_properties(operation)) > 1
    ]
    choice = site.pick(options)
    return choice and hook_at(
        choice[0], apply=lambda _c, _r, changes: {k: v for k, v in changes.items() if k != choice[1]}
    )


FAULT = SeededFault(("WRT-02",), "a PATCH of one field changes nothing", install, difficulty="subtle")
