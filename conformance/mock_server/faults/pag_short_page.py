"""Pages end one item early, although there are more."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Scheme


def _shorten_page(call: Call, _records: Sequence[Record], page: Page) -> Page:
    if call.operation.pagination and page.next is not None and len(page.records) > 2:
        page.records = page.records[:-1]
        page.next = (call.operation.pagination.after, page.records[-1].key)
    return page


FAULT = Fault(
    ("PAG-02",),
    "a page of one list has page_size - 1 items, none is lost",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), cut=_shorten_page),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PAG-04",),  # pages read backwards are short at the same end, and so begin elsewhere
)
