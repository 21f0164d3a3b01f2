"""From the second page on, links lack the filter."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at


def _drop_filters(
    call: ServerCall, queries: dict[str, list[tuple[str, str]] | None]
) -> dict[str, list[tuple[str, str]] | None]:
    paging = call.operation.pagination
    names = {documented.parameter for documented in call.operation.filters}
    if not paging or not (call.last_query_value(paging.after) or call.last_query_value(paging.page)):
        return queries
    return {rel: query and [field for field in query if field[0] not in names] for rel, query in queries.items()}


FAULT = SeededFault(
    ("PAG-05", "FLT-05"),
    "the Link on the second page of one list lacks the filter",
    lambda site: hook_at(
        site.pick({o.key: o for o, _ in site.dividing_filters() if o.pagination}.values()), link=_drop_filters
    ),
    difficulty="subtle",
    changes=("headers",),
)
