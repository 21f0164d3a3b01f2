"""Links of one list lack the page size."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _drop_size(
    call: ServerCall, queries: dict[str, list[tuple[str, str]] | None]
) -> dict[str, list[tuple[str, str]] | None]:
    name = call.operation.pagination.size if call.operation.pagination else ""
    return {rel: query and [field for field in query if field[0] != name] for rel, query in queries.items()}


FAULT = SeededFault(
    ("PAG-05",),
    "the Link of one list lacks page_size",
    lambda site: hook_at(site.pick(site.paged_lists(min_count=3)), link=_drop_size),
    changes=("headers",),
)
