"""page_before is applied although page_after is given."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Scheme


def _apply_before(call: Call, records: Sequence[Record], page: Page) -> Page:
    paging = call.operation.pagination
    if paging and call.last(paging.after) and (key := call.last(paging.before)):
        page.records = [record for record in records if record.key < key][-page.size :]
    return page


FAULT = Fault(
    ("PAG-07",),
    "with both cursors one list goes back",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), cut=_apply_before),
    changes=("headers", "body"),
)
