"""The first item of a page appears on it twice."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record


def _repeat_first_item(_call: Call, _all: Sequence[Record], page: Page) -> Page:
    records = list(page.records)
    page.records = [*records[:-1], records[0]] if len(records) > 2 else records
    return page


FAULT = Fault(
    ("IDS-05", "PAG-03"),
    "pages of one list end with their first item",
    lambda site: at(site.pick(site.paged(least=4)), cut=_repeat_first_item),
)
