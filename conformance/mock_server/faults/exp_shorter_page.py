"""With an expansion, a page has only ten items."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role, Scheme

_MOST = 10


def _shorten_page(call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    pagination = call.operation.pagination
    if (
        pagination
        and call.query_values("expand")
        and not call.last_query_value(pagination.size)
        and len(page.records) > _MOST
    ):
        page.records = page.records[:_MOST]
        page.next = (pagination.after, page.records[-1].key)
    return page


FAULT = SeededFault(
    ("EXP-05",),
    "a plain page holds 25 items, an expanded one 10",
    lambda site: hook_at(
        site.pick(
            o
            for o, _ in site.expansions(Role.LIST, min_count=25)
            if o.pagination and o.pagination.scheme is Scheme.CURSOR
        ),
        cut=_shorten_page,
    ),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PAG-02",),
)
