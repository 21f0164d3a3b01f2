"""Links lose the order of a list."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at

Queries = dict[str, list[tuple[str, str]] | None]


def _change_queries(call: ServerCall, queries: Queries) -> Queries:
    name = call.operation.ordering.parameter if call.operation.ordering else ""
    return {rel: query and [field for field in query if field[0] != name] for rel, query in queries.items()}


FAULT = SeededFault(
    ("PAG-05",),
    "the second page is not in the order of the first",
    lambda site: hook_at((o for o in site.root_lists(3) if o.ordering and o.pagination), link=_change_queries),
    difficulty="subtle",
    changes=("headers",),
    implies=("FLT-06",),
)
