"""One item between the first and the second page is lost."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Scheme


def _skip_item(call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    paging = call.operation.pagination
    if paging and call.last_query_value(paging.after) and len(page.records) > 1:
        page.records = page.records[1:]
    return page


FAULT = SeededFault(
    ("PAG-03",),
    "a page after the first lacks its first item",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), cut=_skip_item),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PAG-02", "PAG-04"),  # the page is short, but complete when read backwards
)
