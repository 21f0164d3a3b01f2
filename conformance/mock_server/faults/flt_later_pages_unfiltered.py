"""Filters hold on the first page alone."""

from collections.abc import Sequence

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, at
from conformance.mock_server.paging import Page
from conformance.mock_server.world.store import Record


def _forget(call: Call, _records: Sequence[Record], page: Page) -> Page:
    paging = call.operation.pagination
    names = {each.parameter for each in call.operation.filters}
    if not paging or not call.last(paging.after) or not names & {name for name, _ in call.query} or not page.records:
        return page
    after = call.last(paging.after) or ""
    everything = [each for each in _ALL[call.operation.key] if each.key > after]
    page.records = everything[: len(page.records)]
    return page


_ALL: dict[str, list[Record]] = {}

from conformance.mock_server.faulting import Planted, Site  # noqa: E402


def plant(site: Site) -> Planted | None:
    """A list with filters, paged by cursor."""
    operation = site.pick({o.key: o for o, _ in site.filters(least=20) if o.pagination and o.pagination.after}.values())
    if operation is not None:
        _ALL[operation.key] = list(site.world.store.all(operation.resource))
    return at(operation, cut=_forget)


FAULT = Fault(
    ("FLT-05",),
    "the second page of a filtered list shows anything",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
)
