"""A list with more than eight filters is empty."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord

_MOST = 8


def _lose_all(call: ServerCall, records: list[StoredRecord]) -> list[StoredRecord]:
    names = {query_filter.parameter for query_filter in call.operation.filters}
    return records if sum(name in names for name, _ in call.query) <= _MOST else []


FAULT = SeededFault(
    ("FLT-02",),
    "a query with nine filters finds nothing",
    lambda site: hook_at((o for o in site.root_lists() if len(o.filters) > 2 * _MOST), select=_lose_all),
    difficulty="subtle",
    changes=("headers", "body"),
)
