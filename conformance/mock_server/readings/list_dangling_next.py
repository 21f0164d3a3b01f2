"""A last page that is full names a next one, which is empty."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.pages import RecordPage
from conformance.mock_server.reading_tools.cursors import Queries
from conformance.model import Scheme


def install(_site: FaultSite) -> InstalledReading:
    """Remember the page that is cut, and add the link where it is full and the last."""
    pages: dict[str, RecordPage] = {}

    def remember_full_page(_call: ServerCall, _records: object, page: RecordPage) -> RecordPage:
        pages["last"] = page
        return page

    def add_next(call: ServerCall, queries: Queries) -> Queries:
        paging, page = call.operation.pagination, pages.get("last")
        if paging is None or page is None or paging.scheme is Scheme.PAGE or queries["next"] is not None:
            return queries
        if len(page.records) < page.size:
            return queries
        names = {paging.size, paging.after, paging.before}
        kept = [pair for pair in call.query if pair[0] not in names]
        size = [(paging.size, str(page.size))] if paging.size else []
        return {**queries, "next": [*kept, *size, (paging.after, page.records[-1].key)]}

    return InstalledReading({"cut": remember_full_page, "link": add_next})


READING = AdmissibleReading(
    "lists",
    "about:blank says that there is no such page; a server that does not look ahead cannot know after a full one",
    install,
    slots=("end of a list",),
)
