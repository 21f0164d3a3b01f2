"""A filter does not find resources that were created since the server started."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Filter, Operator, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the filters of lists of what can be created."""
    created = {o.resource for o in site.body_writes(Role.CREATE) if o.effect is Effect.WRITE}
    lists = [o for o in site.with_roles(Role.LIST) if o.resource in created and o.filters]
    old = {record.path for o in lists for record in site.world.store.iterate_records(o.resource)}

    def miss_new(
        _call: ServerCall, query_filter: Filter, record: StoredRecord, _expected: object, is_match: bool
    ) -> bool:
        return is_match and (query_filter.operator is not Operator.EQ or record.path in old)

    return hook_at(lists, match=miss_new)


FAULT = SeededFault(
    ("AFT-02",), "a filter by equality misses new resources", install, changes=("headers", "body"), implies=("RUL-07",)
)
