"""`previous` always leads to the first page."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Scheme


def _return_first_page(call: ServerCall, records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    paging = call.operation.pagination
    if paging and call.last_query_value(paging.before) and not call.last_query_value(paging.after) and page.offset > 0:
        first_page = records[: page.size]
        return RecordPage(first_page, 0, None, (paging.after, first_page[-1].key), page.size)
    return page


FAULT = SeededFault(
    ("PAG-04",),
    "page_before gives the first page of one list",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), cut=_return_first_page),
    difficulty="subtle",
    changes=("headers", "body"),
)
