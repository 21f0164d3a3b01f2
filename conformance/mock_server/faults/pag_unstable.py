"""Every second response of one list has two neighbours swapped."""

from collections.abc import Sequence
from itertools import count

from conformance.mock_server.call import ServerCall
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledFault | None:
    """Count the responses of one list."""
    responses = count()

    def swap_neighbours(_call: ServerCall, _records: Sequence[StoredRecord], page: RecordPage) -> RecordPage:
        records = list(page.records)
        if next(responses) % 2 and len(records) > 2:
            page.records = [records[1], records[0], *records[2:]]
        return page

    return hook_at(site.pick(site.paged_lists(min_count=4)), cut=swap_neighbours)


FAULT = SeededFault(
    ("PAG-09", "CON-01"), "two walks through one list differ", install, difficulty="subtle", changes=("headers", "body")
)
