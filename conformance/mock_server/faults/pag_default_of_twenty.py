"""Without page_size, a page has twenty items."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Scheme


def _shorten_page(call: Call, _records: Sequence[Record], page: Page) -> Page:
    paging = call.operation.pagination
    if paging and call.last(paging.size) is None and page.next is not None:
        page.records = page.records[:20]
        page.next, page.size = (paging.after, page.records[-1].key), 20
    return page


FAULT = Fault(
    ("PAG-02",),
    "one list has 20 items on a page by default",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), cut=_shorten_page),
    changes=("headers", "body"),
)
