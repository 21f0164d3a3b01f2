"""Lists cut into pages by cursor or by number, and their `Link` header (RFC 8288)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import build_not_found, build_parameter_problem
from conformance.mock_server.world.store import StoredRecord
from conformance.mock_server.world.ulid import ULID_LENGTH
from conformance.model import KeyKind, Pagination, Resource, Scheme
from conformance.tools.counts import parse_count

NO_PAGE = "about:blank"
_SLUG = "invalid-pagination-parameter"


@dataclass(slots=True)
class RecordPage:
    """The records of one page, their offset in the walk, and the query parameters that lead to the pages around.

    `previous` and `next` are None at the ends of the list.
    """

    records: Sequence[StoredRecord]
    offset: int
    previous: tuple[str, str] | None
    next: tuple[str, str] | None
    size: int


class RecordSelection:
    """A list in its order, by key or by something else; `rank` returns the position of a key's record in that order."""

    def __init__(self, records: Sequence[StoredRecord], keys: Sequence[Any], rank: Any = None) -> None:
        self.records = records
        self.keys = keys
        self.rank = rank or (lambda key: key)

    def __len__(self) -> int:
        return len(self.keys)


def select_by_age(records: Sequence[StoredRecord], *, is_newest_first: bool) -> RecordSelection:
    """Return a list in the order of its keys, or in the opposite one; a cursor between two keys has its place there."""
    keys = [record.key for record in records]
    if not is_newest_first:
        return RecordSelection(records, keys)
    ascending = keys[::-1]

    def rank(key: str) -> float:
        place = bisect_left(ascending, key)
        is_known = place < len(ascending) and ascending[place] == key
        return len(ascending) - place - (1 if is_known else 0.5)

    return RecordSelection(records, range(len(keys)), rank)


def read_page_size(call: ServerCall, pagination: Pagination) -> int:
    """Return the page size of the query.

    Raises: Problem for a size out of bounds.
    """
    text = call.last_query_value(pagination.size) if pagination.size else None
    if text is None:
        return pagination.default_size
    size = parse_count(text)
    if size is None or not 1 <= size <= pagination.max_size:
        raise build_parameter_problem(pagination.size, f"must be an integer from 1 to {pagination.max_size}.", _SLUG)
    return size


def cut_page(call: ServerCall, pagination: Pagination, resource: Resource, selection: RecordSelection) -> RecordPage:
    """Return the page that a call requests.

    Raises: Problem for malformed cursors and pages that do not exist.
    """
    size = read_page_size(call, pagination)
    if pagination.scheme is Scheme.PAGE:
        return _cut_by_number(call, pagination, selection, size)
    if (after := call.last_query_value(pagination.after)) is not None:
        begin = bisect_right(selection.keys, _parse_cursor(pagination.after, after, resource, selection))
        return _cut_by_key(pagination, selection, begin, begin + size, size, after)
    if (before := call.last_query_value(pagination.before)) is not None:
        end = bisect_left(selection.keys, _parse_cursor(pagination.before, before, resource, selection))
        return _cut_by_key(pagination, selection, max(0, end - size), end, size, before)
    return _cut_by_key(pagination, selection, 0, size, size, "")


def _cut_by_key(  # noqa: PLR0913 - a slice and where it leads, used three times above
    pagination: Pagination, selection: RecordSelection, begin: int, end: int, size: int, cursor: str
) -> RecordPage:
    """Return the page from `begin` to `end`; an empty page past an end leads back by the cursor that led to it."""
    records = selection.records[begin:end]
    first = records[0].key if records else cursor
    last = records[-1].key if records else cursor
    return RecordPage(
        records,
        begin,
        (pagination.before, first) if begin > 0 else None,
        (pagination.after, last) if end < len(selection) else None,
        size,
    )


def _cut_by_number(call: ServerCall, pagination: Pagination, selection: RecordSelection, size: int) -> RecordPage:
    text = call.last_query_value(pagination.page)
    number = 1 if text is None else parse_count(text)
    if not number:
        raise build_parameter_problem(pagination.page, "must be a number from 1.", _SLUG)
    begin, total = (number - 1) * size, len(selection)
    if number > 1 and begin >= total:
        raise build_not_found()
    more = begin + size < total
    return RecordPage(
        selection.records[begin : begin + size],
        begin,
        (pagination.page, str(number - 1)) if number > 1 else None,
        (pagination.page, str(number + 1)) if more else None,
        size,
    )


def _parse_cursor(name: str, text: str, resource: Resource, selection: RecordSelection) -> Any:
    if resource.key_kind is KeyKind.TIMESTAMP:
        moment = clock.parse_time(text)
        if moment is None:
            raise build_parameter_problem(name, "not an RFC 3339 date-time with offset.", _SLUG)
        return selection.rank(clock.format_time(moment))
    prefix, length = resource.prefix, len(resource.prefix) + ULID_LENGTH
    well_formed = (
        resource.key_kind is KeyKind.NAME
        or not prefix
        or (text.startswith(prefix) and len(text) == length and text.isascii() and text[len(prefix) :].isalnum())
    )
    if not well_formed or (ranked := selection.rank(text)) is None:
        raise build_parameter_problem(name, "not a cursor of this list.", _SLUG)
    return ranked


def build_link_queries(
    call: ServerCall, pagination: Pagination, page: RecordPage
) -> dict[str, list[tuple[str, str]] | None]:
    """Return the queries of the pages around: that of the call, the page size, and the cursor or page number."""
    paging_names = {pagination.after, pagination.before, pagination.page, pagination.size}
    kept = [(name, value) for name, value in call.query if name not in paging_names]
    size = [(pagination.size, str(page.size))] if pagination.size else []
    neighbours = {"previous": page.previous, "next": page.next}
    return {rel: None if target is None else [*kept, *size, target] for rel, target in neighbours.items()}


def format_link_header(address: str, queries: dict[str, list[tuple[str, str]] | None]) -> str:
    """Return a `Link` header with `previous` and `next`; `about:blank` where there is no such page."""
    return ", ".join(
        f'<{NO_PAGE if query is None else address + "?" + urlencode(query, quote_via=quote, safe=":,")}>; rel="{rel}"'
        for rel, query in queries.items()
    )
