"""Pages of fifty or more items lose one item."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _drop_item(_call: Call, _records: Sequence[Record], page: Page) -> Page:
    if page.size >= 50 and len(page.records) > 10:
        page.records = [*page.records[:9], *page.records[10:]]
    return page


FAULT = Fault(
    ("PAG-11", "PAG-02"),
    "with page_size=100 one list lacks an item",
    lambda site: at(site.pick(site.paged()), cut=_drop_item),
    difficulty="subtle",
    implies=("PAG-03",),  # large pages omit the item
)
