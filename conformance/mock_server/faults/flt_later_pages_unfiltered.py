"""Filters apply only to the first page."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.pages import Page
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record


def plant(site: Site) -> Planted | None:
    """Choose a list paged by cursor, with a filter that several records satisfy."""
    options = {o.key: o for o, _ in site.dividing_filters() if o.pagination and o.pagination.after}
    operation = site.pick(options.values())
    store = site.world.store

    def drop_filter(call: Call, _records: Sequence[Record], page: Page) -> Page:
        after = call.last(call.operation.pagination.after) if call.operation.pagination else None
        names = {documented.parameter for documented in call.operation.filters}
        if after and names & {name for name, _ in call.query}:
            remaining = [record for record in store.all(call.operation.resource) if record.key > after]
            page.records = remaining[: len(page.records)]
        return page

    return at(operation, cut=drop_filter)


FAULT = Fault(
    ("FLT-05",),
    "the second page of a filtered list shows anything",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-02", "FLT-03"),
)
