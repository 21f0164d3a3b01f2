"""Filters that are wrong at their bound, or in the last of several values, as several seeded faults share them."""

from collections.abc import Callable
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operator, Role


def has_bound_value(record: StoredRecord, query_filter: Filter, bound: Any) -> bool:
    """Return whether a record holds exactly the value that a filter compares with."""
    return bound in {
        clock.parse_time(v) if isinstance(v, str) else v for v in find_values(record.data, query_filter.field)
    }


def misjudge_bound(
    *operators: Operator, shown: bool = False, bound: Callable[[Any], Any] = lambda value: value
) -> Callable[[FaultSite], InstalledFault | None]:
    """Return a function that plants a fault in a filter of a root list, at the bound of the filter alone.

    A record that equals the bound is listed where `shown` is true and left out otherwise, whatever is right. `bound`
    returns the bound, given the value in the query.
    """

    def install(site: FaultSite) -> InstalledFault | None:
        choice = site.pick(site.filters(*operators))
        if choice is None:
            return None
        operation, chosen_filter = choice

        def is_match(_call: object, criterion: Filter, record: StoredRecord, value: Any, holds: bool) -> bool:
            is_at_bound = criterion.parameter == chosen_filter.parameter and has_bound_value(
                record, criterion, bound(value)
            )
            return shown if is_at_bound else holds

        return hook_at(operation, match=is_match)

    return install


def cut_lower_bounds(unit: int) -> Callable[[FaultSite], InstalledFault | None]:
    """Return a function that installs a fault in all lists with a lower bound on a time: it is cut to `unit` (µs)."""

    def is_match(_call: object, query_filter: Filter, record: StoredRecord, bound: object, holds: bool) -> bool:
        if query_filter.operator is not Operator.GTE or not isinstance(bound, int) or bound < clock.DAY:
            return holds
        values = [clock.parse_time(str(value)) for value in find_values(record.data, query_filter.field)]
        return any(value is not None and value >= bound // unit * unit for value in values)

    def install(site: FaultSite) -> InstalledFault | None:
        lists = [o for o in site.with_roles(Role.LIST) if any(f.operator is Operator.GTE for f in o.filters)]
        return hook_at(lists, match=is_match)

    return install


def match_first_values(count: int) -> Callable[[FaultSite], InstalledFault | None]:
    """Return a function that installs a fault in a root list: of several values of a filter the first ones count."""

    def install(site: FaultSite) -> InstalledFault | None:
        choice = site.pick(site.filters(Operator.IN))
        if choice is None:
            return None

        def match(_call: Any, query_filter: Filter, record: StoredRecord, values: Any, holds: Any) -> Any:
            if query_filter.parameter != choice[1].parameter:
                return holds
            return holds and any(value in values[:count] for value in find_values(record.data, query_filter.field))

        return hook_at(choice[0], match=match)

    return install
