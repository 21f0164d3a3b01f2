"""What exists once below each parent shares one object of defaults: a PATCH for one parent changes it for all."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one PATCH of a singleton below a user."""
    operation = site.pick(o for o in site.body_writes(Role.UPDATE) if o.path.endswith("preferences"))

    def change_all(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        for other in list(site.world.store.iterate_records(record.resource)):
            if other is not record:
                site.world.store.change(other, changes, quiet=True)
        return changes

    return hook_at(operation, apply=change_all)


FAULT = SeededFault(
    ("WRT-02",),
    "a PATCH of one user's preferences changes those of all",
    install,
    difficulty="subtle",
    shown_by="rules",
)
