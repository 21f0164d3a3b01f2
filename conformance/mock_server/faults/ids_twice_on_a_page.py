"""The first item of a page appears on it twice."""

from collections.abc import Sequence

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def _repeat_first_item(_call: ServerCall, _all: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
    records = list(page.records)
    page.records = [*records[:-1], records[0]] if len(records) > 2 else records
    return page


FAULT = SeededFault(
    ("IDS-05", "PAG-03"),
    "pages of one list end with their first item",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=4)), cut=_repeat_first_item),
)
