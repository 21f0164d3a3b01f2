"""A cursor that is the id of no item fails: the item that it belonged to is looked up."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, crash_when, hook_at
from conformance.model import Scheme


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list whose cursors are ids."""

    def is_unknown_cursor(call: ServerCall, response: ServerResponse) -> bool:
        paging = call.operation.pagination
        cursor = call.last_query_value(paging.after) if paging else None
        known = {record.key for record in site.world.store.iterate_records(call.operation.resource)}
        return bool(cursor) and response.status == 200 and cursor not in known

    return hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), answer=crash_when(is_unknown_cursor))


FAULT = SeededFault(
    ("PAG-10", "RSP-08"),
    "page_after with an id that no item has gives 500 in one list",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
    shown_by="rules",
)
