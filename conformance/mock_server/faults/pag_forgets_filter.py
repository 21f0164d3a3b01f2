"""From the second page on, links lack the filter."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, at


def _drop_filters(
    call: Call, queries: dict[str, list[tuple[str, str]] | None]
) -> dict[str, list[tuple[str, str]] | None]:
    paging = call.operation.pagination
    names = {documented.parameter for documented in call.operation.filters}
    if not paging or not (call.last(paging.after) or call.last(paging.page)):
        return queries
    return {rel: query and [field for field in query if field[0] not in names] for rel, query in queries.items()}


FAULT = Fault(
    ("PAG-05", "FLT-05"),
    "the Link on the second page of one list lacks the filter",
    lambda site: at(
        site.pick({o.key: o for o, _ in site.dividing_filters() if o.pagination}.values()), link=_drop_filters
    ),
    difficulty="subtle",
    changes=("headers",),
)
