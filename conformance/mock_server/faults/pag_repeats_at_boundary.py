"""A page begins with the last item of the page before."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Scheme


def _repeat_last_item(_call: ServerCall, records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    if page.offset > 0 and len(page.records) > 1:
        page.records = records[page.offset - 1 : page.offset - 1 + len(page.records)]
    return page


FAULT = SeededFault(
    ("PAG-03", "IDS-05"),
    "page_after includes the item it names in one list",
    lambda site: hook_at(site.pick(site.paged_lists(Scheme.CURSOR)), cut=_repeat_last_item),
    difficulty="subtle",
    changes=("headers", "body"),
)
