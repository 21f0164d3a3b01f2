"""Filters that go wrong at their bound alone: what faults of comparisons share."""

from collections.abc import Callable
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.faulting import Planted, Site, at
from conformance.mock_server.filters import values_at
from conformance.mock_server.world.store import Record
from conformance.model import Filter, Operator


def equal(record: Record, each: Filter, bound: Any) -> bool:
    """Whether a record has just the value that a filter compares with."""
    return bound in {clock.parse(v) if isinstance(v, str) else v for v in values_at(record.data, each.field)}


def wrong_at_bound(
    *operators: Operator, shown: bool = False, bound: Callable[[Any], Any] = lambda wanted: wanted
) -> Callable[[Site], Planted | None]:
    """Plants a filter of a root list that shows what is equal to its bound, or does not, whatever is right.

    `bound` picks it from what the query asks for.
    """

    def plant(site: Site) -> Planted | None:
        found = site.pick(site.filters(*operators))
        if found is None:
            return None
        operation, chosen = found

        def match(_call: object, each: Filter, record: Record, wanted: Any, holds: bool) -> bool:
            here = each.parameter == chosen.parameter and equal(record, each, bound(wanted))
            return shown if here else holds

        return at(operation, match=match)

    return plant
