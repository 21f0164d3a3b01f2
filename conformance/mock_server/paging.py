"""Cuts a list into pages by cursor or by number, and builds the `Link` header (RFC 8288)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from conformance.mock_server import clock
from conformance.mock_server.call import Call
from conformance.mock_server.problems import not_found, parameter
from conformance.mock_server.world.store import Record
from conformance.mock_server.world.ulid import LENGTH
from conformance.model import KeyKind, Pagination, Resource, Scheme

NOWHERE = "about:blank"
_SLUG = "invalid-pagination-parameter"


@dataclass(slots=True)
class Page:
    """Records of one page, their offset in the walk, and the parameters of the pages around: None at the ends."""

    records: Sequence[Record]
    offset: int
    previous: tuple[str, str] | None
    next: tuple[str, str] | None
    size: int


class Selection:
    """A list in its order: by key, or by another one. `rank` gives the place of a key's record in that order."""

    def __init__(self, records: Sequence[Record], keys: Sequence[Any], rank: Any = None) -> None:
        self.records = records
        self.keys = keys
        self.rank = rank or (lambda key: key)

    def __len__(self) -> int:
        return len(self.keys)


def size_of(call: Call, pagination: Pagination) -> int:
    """The page size asked for; raises a problem for one out of bounds."""
    text = call.last(pagination.size) if pagination.size else None
    if text is None:
        return pagination.default_size
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= pagination.max_size:
        raise parameter(pagination.size, f"must be an integer from 1 to {pagination.max_size}.", _SLUG)
    return int(text)


def cut(call: Call, pagination: Pagination, resource: Resource, selection: Selection) -> Page:
    """The page that a call asks for; raises problems for malformed cursors and pages that do not exist."""
    size = size_of(call, pagination)
    if pagination.scheme is Scheme.PAGE:
        return _by_number(call, pagination, selection, size)
    if (after := call.last(pagination.after)) is not None:
        begin = bisect_right(selection.keys, _cursor(pagination.after, after, resource, selection))
        return _page(pagination, selection, begin, begin + size, size, after)
    if (before := call.last(pagination.before)) is not None:
        end = bisect_left(selection.keys, _cursor(pagination.before, before, resource, selection))
        return _page(pagination, selection, max(0, end - size), end, size, before)
    return _page(pagination, selection, 0, size, size, "")


def _page(pagination: Pagination, selection: Selection, begin: int, end: int, size: int, cursor: str) -> Page:  # noqa: PLR0913
    """The records from begin to end; an empty page past an end leads back by the cursor that led to it."""
    records = selection.records[begin:end]
    first = records[0].key if records else cursor
    last = records[-1].key if records else cursor
    return Page(
        records,
        begin,
        (pagination.before, first) if begin > 0 else None,
        (pagination.after, last) if end < len(selection) else None,
        size,
    )


def _by_number(call: Call, pagination: Pagination, selection: Selection, size: int) -> Page:
    text = call.last(pagination.page)
    if text is not None and (not text.isascii() or not text.isdigit() or int(text[:9]) < 1):
        raise parameter(pagination.page, "must be a number from 1.", _SLUG)
    number = int(text[:9]) if text else 1
    begin, total = (number - 1) * size, len(selection)
    if number > 1 and begin >= total:
        raise not_found()
    more = begin + size < total
    return Page(
        selection.records[begin : begin + size],
        begin,
        (pagination.page, str(number - 1)) if number > 1 else None,
        (pagination.page, str(number + 1)) if more else None,
        size,
    )


def _cursor(name: str, text: str, resource: Resource, selection: Selection) -> Any:
    if resource.key_kind is KeyKind.TIMESTAMP:
        moment = clock.parse(text)
        if moment is None:
            raise parameter(name, "not an RFC 3339 date-time with offset.", _SLUG)
        return selection.rank(clock.render(moment))
    prefix, length = resource.prefix, len(resource.prefix) + LENGTH
    well_formed = (
        resource.key_kind is KeyKind.NAME
        or not prefix
        or (text.startswith(prefix) and len(text) == length and text.isascii() and text[len(prefix) :].isalnum())
    )
    if not well_formed or (ranked := selection.rank(text)) is None:
        raise parameter(name, "not a cursor of this list.", _SLUG)
    return ranked


def link_queries(call: Call, pagination: Pagination, page: Page) -> dict[str, list[tuple[str, str]] | None]:
    """The queries of the pages around: everything that was asked, the page size, and where to go on."""
    moving = {pagination.after, pagination.before, pagination.page, pagination.size}
    kept = [(name, value) for name, value in call.query if name not in moving]
    size = [(pagination.size, str(page.size))] if pagination.size else []
    around = {"previous": page.previous, "next": page.next}
    return {rel: None if target is None else [*kept, *size, target] for rel, target in around.items()}


def link_header(address: str, queries: dict[str, list[tuple[str, str]] | None]) -> str:
    """`Link` with `previous` and `next`; `about:blank` where there is no such page."""
    return ", ".join(
        f'<{NOWHERE if query is None else address + "?" + urlencode(query, quote_via=quote, safe=":,")}>; rel="{rel}"'
        for rel, query in queries.items()
    )
