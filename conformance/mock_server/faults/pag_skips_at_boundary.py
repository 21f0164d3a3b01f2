"""One item between the first and the second page is lost."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Scheme


def _skip_item(call: Call, _records: Sequence[Record], page: Page) -> Page:
    paging = call.operation.pagination
    if paging and call.last(paging.after) and len(page.records) > 1:
        page.records = page.records[1:]
    return page


FAULT = Fault(
    ("PAG-03",),
    "a page after the first lacks its first item",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), cut=_skip_item),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PAG-02", "PAG-04"),  # the page is short, but complete when read backwards
)
