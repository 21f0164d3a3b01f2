"""A list has one page more where its items fill the last one: the number of pages is items // size + 1."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.reading_tools.cursors import Queries
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, replace_response
from conformance.model import Scheme


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list with page numbers; link from its full last page to an empty one."""
    operation = site.pick(o for o in site.root_lists() if o.pagination and o.pagination.scheme is Scheme.PAGE)
    pages: dict[str, RecordPage] = {}
    added: set[str] = set()  # numbers of the pages that were linked to

    def remember(_call: ServerCall, _records: object, page: RecordPage) -> RecordPage:
        pages["last"] = page
        return page

    def add_page(call: ServerCall, queries: Queries) -> Queries:
        paging, page = call.operation.pagination, pages.get("last")
        if paging is None or page is None or queries["next"] is not None or len(page.records) < page.size:
            return queries
        number = str(int(call.last_query_value(paging.page) or "1") + 1)
        added.add(number)
        kept = [pair for pair in call.query if pair[0] != paging.page]
        return {**queries, "next": [*kept, (paging.page, number)]}

    def show_empty_page(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        paging = call.operation.pagination if call else None
        if call and paging and response.status == 404 and call.last_query_value(paging.page) in added:
            replace_response(200, [])(response)
            response.headers["Link"] = '<about:blank>; rel="previous", <about:blank>; rel="next"'
        return response

    return hook_at(operation, cut=remember, link=add_page, answer=show_empty_page)


FAULT = SeededFault(
    ("PAG-08",),
    "the last page, if it is full, links to an empty one with 200",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
