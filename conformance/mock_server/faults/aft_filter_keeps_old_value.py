"""A filter does not find resources that were changed since the server started."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Effect, Filter, Operator, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the filters of lists of what can be updated."""
    changed = {o.resource for o in site.body_writes(Role.UPDATE) if o.effect is Effect.WRITE}
    lists = [o for o in site.with_roles(Role.LIST) if o.resource in changed and o.filters]
    indexed = {
        (record.path, query_filter.field): find_values(record.data, query_filter.field)
        for operation in lists
        for record in site.world.store.iterate_records(operation.resource)
        for query_filter in operation.filters
        if query_filter.field
    }

    def miss_changed(
        _call: ServerCall, query_filter: Filter, record: StoredRecord, _expected: object, is_match: bool
    ) -> bool:
        now = find_values(record.data, query_filter.field) if query_filter.field else []
        is_indexed = indexed.get((record.path, query_filter.field), now) == now
        return is_match and (query_filter.operator is not Operator.EQ or is_indexed)

    return hook_at(lists, match=miss_changed) if lists else None


FAULT = SeededFault(
    ("AFT-02",),
    "a filter by equality misses resources with a new value",
    install,
    changes=("headers", "body"),
    shown_by="rules",
)
