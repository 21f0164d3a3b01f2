"""Two filters are alternatives to each other in one list."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operator


def _list_texts(operation_filters: tuple[Filter, ...]) -> list[str]:
    """Return the parameters that compare a plain property with a text."""
    return [f.parameter for f in operation_filters if f.operator is Operator.EQ and f.field and not f.by_id_of]


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list with most filters by equality; the sixth and the seventh are the pair."""
    operation = max(site.root_lists(12), key=lambda o: len(_list_texts(o.filters)))
    pair = _list_texts(operation.filters)[5:7]

    def accept_either(
        call: ServerCall, query_filter: Filter, record: StoredRecord, _value: str, is_match: bool
    ) -> bool:
        if query_filter.parameter not in pair or is_match:
            return is_match
        partner = next((name for name in pair if name != query_filter.parameter), "")
        wanted = call.last_query_value(partner)
        return wanted is not None and record.data.get(partner) == wanted

    return hook_at(operation, match=accept_either) if len(pair) == 2 else None


FAULT = SeededFault(
    ("FLT-01",),
    "a list with two filters shows what satisfies one of them",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
