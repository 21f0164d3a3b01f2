"""With an expansion, a page has only ten items."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Role, Scheme

_MOST = 10


def _shorten_page(call: Call, _records: Sequence[Record], page: Page) -> Page:
    pagination = call.operation.pagination
    if pagination and call.every("expand") and not call.last(pagination.size) and len(page.records) > _MOST:
        page.records = page.records[:_MOST]
        page.next = (pagination.after, page.records[-1].key)
    return page


FAULT = Fault(
    ("EXP-05",),
    "a plain page holds 25 items, an expanded one 10",
    lambda site: at(
        site.pick(
            o for o, _ in site.expansions(Role.LIST, least=25) if o.pagination and o.pagination.scheme is Scheme.CURSOR
        ),
        cut=_shorten_page,
    ),
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("PAG-02",),
)
