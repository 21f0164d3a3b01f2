"""Every second response of one list has two neighbours swapped."""

from collections.abc import Sequence
from itertools import count

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record


def plant(site: Site) -> Planted | None:
    """Count the responses of one list."""
    responses = count()

    def swap_neighbours(_call: Call, _records: Sequence[Record], page: Page) -> Page:
        records = list(page.records)
        if next(responses) % 2 and len(records) > 2:
            page.records = [records[1], records[0], *records[2:]]
        return page

    return at(site.pick(site.paged(least=4)), cut=swap_neighbours)


FAULT = Fault(
    ("PAG-09", "CON-01"), "two walks through one list differ", plant, difficulty="subtle", changes=("headers", "body")
)
