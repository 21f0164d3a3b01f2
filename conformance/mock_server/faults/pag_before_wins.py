"""page_before is applied although page_after is given."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Scheme


def _apply_before(call: ServerCall, records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    paging = call.operation.pagination
    if paging and call.last_query_value(paging.after) and (key := call.last_query_value(paging.before)):
        page.records = [record for record in records if record.key < key][-page.size :]
    return page


FAULT = SeededFault(
    ("PAG-07",),
    "with both cursors one list goes back",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), cut=_apply_before),
    changes=("headers", "body"),
)
