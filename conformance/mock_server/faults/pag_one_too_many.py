"""Pages have one item more than requested."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _add_item(_call: Call, records: Sequence[Record], page: Page) -> Page:
    page.records = records[page.offset : page.offset + len(page.records) + 1]
    return page


FAULT = Fault(
    ("PAG-02", "PAG-03"),
    "a page of one list has page_size + 1 items",
    lambda site: at(site.pick(site.paged()), cut=_add_item),
    implies=("IDS-05", "PAG-06"),  # the extra item is on both pages; a page of one has two
)
