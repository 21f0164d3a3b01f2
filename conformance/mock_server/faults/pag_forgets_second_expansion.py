"""Links keep only the last of several expansions."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at

Queries = dict[str, list[tuple[str, str]] | None]


def _change_queries(_call: ServerCall, queries: Queries) -> Queries:
    def keep_last(query: list[tuple[str, str]]) -> list[tuple[str, str]]:
        expands = [field for field in query if field[0] == "expand"]
        return [field for field in query if field not in expands[:-1]]

    return {rel: query and keep_last(query) for rel, query in queries.items()}


FAULT = SeededFault(
    ("PAG-05",),
    "of two `expand` the links keep one",
    lambda site: hook_at(
        (o for o in site.paged_lists(min_count=3) if len(o.first_expansions) > 1), link=_change_queries
    ),
    difficulty="subtle",
    changes=("headers",),
    implies=("EXP-08",),
)
