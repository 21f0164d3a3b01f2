"""Pages of fifty or more items lose one item."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _drop_item(_call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    if page.size >= 50 and len(page.records) > 10:
        page.records = [*page.records[:9], *page.records[10:]]
    return page


FAULT = SeededFault(
    ("PAG-11", "PAG-02"),
    "with page_size=100 one list lacks an item",
    lambda site: hook_at(site.pick(site.paged_lists()), cut=_drop_item),
    difficulty="subtle",
    implies=("PAG-03",),  # large pages omit the item
)
