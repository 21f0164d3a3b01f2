"""The fraction of a second in a lower bound is cut."""

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operation, Operator, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose all lists with such a filter on a time."""

    def is_match(_call: ServerCall, query_filter: Filter, record: StoredRecord, bound: object, holds: bool) -> bool:
        if query_filter.operator is not Operator.GTE or not isinstance(bound, int) or bound < clock.DAY:
            return holds
        values = [clock.parse_time(str(value)) for value in find_values(record.data, query_filter.field)]
        return any(value is not None and value >= bound // clock.SECOND * clock.SECOND for value in values)

    return hook_at(_find_lists(site), match=is_match)


def _find_lists(site: FaultSite) -> list[Operation]:
    return [o for o in site.with_roles(Role.LIST) if any(f.operator is Operator.GTE for f in o.filters)]


FAULT = SeededFault(
    ("FLT-08",),
    "10:00:00.5 in a filter is read as 10:00:00",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-01", "FLT-02", "FLT-03", "FLT-05"),
)
