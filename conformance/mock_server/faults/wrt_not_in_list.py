"""A created resource does not appear in its list."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list with a POST."""
    created = {o.resource for o in site.body_writes(Role.CREATE) if o.effect is Effect.WRITE}
    operation = site.pick(o for o in site.with_roles(Role.LIST) if o.resource in created)
    old = {record.path for record in site.world.store.iterate_records(operation.resource)} if operation else set()

    def hide_created(_call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
        return [record for record in records if record.path in old]

    return hook_at(operation, select=hide_created)


FAULT = SeededFault(("WRT-07",), "a new resource is missing in its list", install, changes=("headers", "body"))
