"""A cursor that is the id of no item fails: the item that it belonged to is looked up."""

from copy import copy

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import (
    FaultSite,
    InstalledFault,
    SeededFault,
    crash_problem,
    hook_at,
    replace_response,
)
from conformance.model import Scheme


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list whose cursors are ids."""

    def fail_at_cursor(call: ServerCall, answer: ServerResponse) -> ServerResponse:
        paging = call.operation.pagination
        cursor = call.last_query_value(paging.after) if paging else None
        known = {record.key for record in site.world.store.iterate_records(call.operation.resource)}
        if not cursor or answer.status != 200 or cursor in known:
            return answer
        failed = copy(answer)
        replace_response(500, crash_problem())(failed)
        return failed

    return hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), answer=fail_at_cursor)


FAULT = SeededFault(
    ("PAG-10", "RSP-08"),
    "page_after with an id that no item has gives 500 in one list",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("ERR-09", "RSP-01"),
    shown_by="rules",
)
