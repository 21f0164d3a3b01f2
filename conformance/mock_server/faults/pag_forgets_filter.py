"""From the second page on links lack the filter."""

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, at


def _forget(call: Call, queries: dict[str, list[tuple[str, str]] | None]) -> dict[str, list[tuple[str, str]] | None]:
    paging = call.operation.pagination
    names = {each.parameter for each in call.operation.filters}
    if not paging or not (call.last(paging.after) or call.last(paging.page)):
        return queries
    return {rel: query and [each for each in query if each[0] not in names] for rel, query in queries.items()}


FAULT = Fault(
    ("PAG-05", "FLT-05"),
    "the Link on the second page of one list lacks the filter",
    lambda site: at(site.pick({o.key: o for o, _ in site.dividing_filters() if o.pagination}.values()), link=_forget),
    difficulty="subtle",
    changes=("headers",),
)
