"""A PATCH changes the time of creation."""

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of a resource with a time of creation."""
    updates = [o for o in site.body_writes(Role.UPDATE) if "created_at" in site.properties(o)]

    return hook_at(
        site.pick(updates),
        apply=lambda _c, _r, changes: {**changes, "created_at": clock.format_time(clock.Clock().now() + clock.MINUTE)},
    )


FAULT = SeededFault(("CON-06",), "`created_at` moves with a PATCH", install, difficulty="subtle", implies=("WRT-02",))
