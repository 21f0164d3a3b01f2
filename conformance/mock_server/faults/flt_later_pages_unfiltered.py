"""Filters apply only to the first page."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list paged by cursor, with a filter that several records satisfy."""
    options = {o.key: o for o, _ in site.dividing_filters() if o.pagination and o.pagination.after}
    operation = site.pick(options.values())
    store = site.world.store

    def drop_filter(call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
        after = call.last_query_value(call.operation.pagination.after) if call.operation.pagination else None
        names = {documented.parameter for documented in call.operation.filters}
        if after and names & {name for name, _ in call.query}:
            remaining = [record for record in store.iterate_records(call.operation.resource) if record.key > after]
            page.records = remaining[: len(page.records)]
        return page

    return hook_at(operation, cut=drop_filter)


FAULT = SeededFault(
    ("FLT-05",),
    "the second page of a filtered list shows anything",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-02", "FLT-03"),
)
