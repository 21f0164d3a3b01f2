"""Pages have one item more than requested."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _add_item(_call: ServerCall, records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    page.records = records[page.offset : page.offset + len(page.records) + 1]
    return page


FAULT = SeededFault(
    ("PAG-02", "PAG-03"),
    "a page of one list has page_size + 1 items",
    lambda site: hook_at(site.pick(site.paged_lists()), cut=_add_item),
    implies=("IDS-05", "PAG-06"),  # the extra item is on both pages; a page of one has two
)
