"""The links of one list lack the filters that take several values."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator

Queries = dict[str, list[tuple[str, str]] | None]


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of which a filter takes several values."""

    def drop(call: ServerCall, queries: Queries) -> Queries:
        names = {
            query_filter.parameter for query_filter in call.operation.filters if query_filter.operator is Operator.IN
        }
        return {rel: query and [field for field in query if field[0] not in names] for rel, query in queries.items()}

    lists = {o.key: o for o, query_filter in site.filters(Operator.IN) if o.pagination and query_filter.field}
    return hook_at(site.pick(lists.values()), link=drop)


FAULT = SeededFault(
    ("PAG-05",),
    "the Link of one list lacks each filter whose name ends with __in",
    install,
    difficulty="subtle",
    changes=("headers",),
    implies=("FLT-05",),
)
