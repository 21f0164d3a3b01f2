"""Without page_size, a page has twenty items."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Scheme


def _shorten_page(call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    paging = call.operation.pagination
    if paging and call.last_query_value(paging.size) is None and page.next is not None and page.records:
        page.records = page.records[:20]
        page.next, page.size = (paging.after, page.records[-1].key), 20
    return page


FAULT = SeededFault(
    ("PAG-02",),
    "one list has 20 items on a page by default",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), cut=_shorten_page),
    changes=("headers", "body"),
)
