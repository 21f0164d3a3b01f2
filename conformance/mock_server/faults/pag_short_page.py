"""Pages end one item early, although there are more."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Scheme


def _shorten_page(call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    if call.operation.pagination and page.next is not None and len(page.records) > 2:
        page.records = page.records[:-1]
        page.next = (call.operation.pagination.after, page.records[-1].key)
    return page


FAULT = SeededFault(
    ("PAG-02",),
    "a page of one list has page_size - 1 items, none is lost",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), cut=_shorten_page),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PAG-04",),  # pages read backwards are short at the same end, and so begin elsewhere
)
