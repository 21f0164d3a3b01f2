"""A link names the page size twice."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at

Queries = dict[str, list[tuple[str, str]] | None]


def _change_queries(call: ServerCall, queries: Queries) -> Queries:
    size = call.operation.pagination.size if call.operation.pagination else ""
    return {rel: query and [*query, *(field for field in query if field[0] == size)] for rel, query in queries.items()}


FAULT = SeededFault(
    ("PAG-12",),
    "`page_size` stands in a link twice",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), link=_change_queries),
    changes=("headers",),
    implies=("PAG-05",),
)
