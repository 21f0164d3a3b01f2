"""A link names the cursor that led to its page beside the new one."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at

Queries = dict[str, list[tuple[str, str]] | None]


def _change_queries(call: ServerCall, queries: Queries) -> Queries:
    names = {p.after, p.before, p.page} if (p := call.operation.pagination) else set()
    old = [field for field in call.query if field[0] in names and field[0]]
    return {rel: query and [*(f for f in old if f[0] == query[-1][0]), *query] for rel, query in queries.items()}


FAULT = SeededFault(
    ("PAG-12",),
    "`page_after` stands in a link twice",
    lambda site: hook_at((o for o in site.root_lists(3) if o.pagination), link=_change_queries),
    difficulty="subtle",
    changes=("headers",),
)
