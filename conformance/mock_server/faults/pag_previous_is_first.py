"""`previous` always leads to the first page."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Scheme


def _return_first_page(call: Call, records: Sequence[Record], page: Page) -> Page:
    paging = call.operation.pagination
    if paging and call.last(paging.before) and not call.last(paging.after) and page.offset > 0:
        first_page = records[: page.size]
        return Page(first_page, 0, None, (paging.after, first_page[-1].key), page.size)
    return page


FAULT = Fault(
    ("PAG-04",),
    "page_before gives the first page of one list",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), cut=_return_first_page),
    difficulty="subtle",
    changes=("headers", "body"),
)
