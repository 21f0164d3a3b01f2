"""Of several created resources, the list shows only the newest."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list with a POST, of a resource that can be deleted.

    Probes delete what one step created before the next step, and so only histories detect this.
    """
    created = {o.resource for o in site.body_writes(Role.CREATE) if o.effect is Effect.WRITE}
    deleted = {o.resource for o in site.with_roles(Role.DELETE)}
    operation = site.pick(o for o in site.with_roles(Role.LIST) if o.resource in created & deleted)
    old = {record.path for record in site.world.store.iterate_records(operation.resource)} if operation else set()

    def hide_older(_call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
        newest = max((record.key for record in records if record.path not in old), default="")
        return [record for record in records if record.path in old or record.key == newest]

    return hook_at(operation, select=hide_older)


FAULT = SeededFault(
    ("WRT-07",),
    "a second new resource hides the first in the list",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
