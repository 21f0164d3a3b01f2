"""A list that takes page numbers has cursors in its links, as its documented header shows."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.cursors import CursorBook, Pairs, Queries
from conformance.mock_server.reading_tools.published_descriptions import find_published_description
from conformance.model import Operation, Scheme

_CURSOR = "page_after"


def _has_visible_cursors(site: FaultSite, operation: Operation) -> bool:
    response = operation.find_response(200)
    if response is None or not operation.pagination or operation.pagination.scheme is not Scheme.PAGE:
        return False
    published = find_published_description(site.world)
    documented = published.resolve(response.pointer).get("headers", {}).get("Link", {})
    return _CURSOR in str(published.dereference(documented))


def install(site: FaultSite) -> InstalledReading | None:
    """Replace the number by a cursor in the links, and take either."""
    keys = {operation.key for operation in site.model.operations if _has_visible_cursors(site, operation)}
    book = CursorBook()

    def hide_page_number(call: ServerCall, queries: Queries) -> Queries:
        paging = call.operation.pagination
        if call.operation.key not in keys or paging is None:
            return queries
        return {
            rel: pairs and [(_CURSOR, book.find_cursor(v)) if n == paging.page else (n, v) for n, v in pairs]
            for rel, pairs in queries.items()
        }

    def reveal_page_number(call: ServerCall, pairs: Pairs) -> Pairs:
        paging = call.operation.pagination
        if call.operation.key not in keys or paging is None:
            return pairs
        return tuple((paging.page, book.find_key(value)) if name == _CURSOR else (name, value) for name, value in pairs)

    return InstalledReading({"link": hide_page_number, "query": reveal_page_number}) if keys else None


READING = AdmissibleReading(
    "lists",
    "the parameters are page numbers, the documented Link shows cursors (lint: link-other-scheme)",
    install,
    excludes=("query-unknown-refused",),
)
