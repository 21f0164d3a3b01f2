"""A page begins with the last item of the page before."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, at
from conformance.mock_server.world.store import Record
from conformance.model import Scheme


def _repeat_last_item(_call: Call, records: Sequence[Record], page: Page) -> Page:
    if page.offset > 0 and len(page.records) > 1:
        page.records = records[page.offset - 1 : page.offset - 1 + len(page.records)]
    return page


FAULT = Fault(
    ("PAG-03", "IDS-05"),
    "page_after includes the item it names in one list",
    lambda site: at(site.pick(site.paged(Scheme.CURSOR)), cut=_repeat_last_item),
    difficulty="subtle",
    changes=("headers", "body"),
)
