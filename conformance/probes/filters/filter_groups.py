"""Groups of filters that are tried together, each within what a list may cost. Pure."""

from collections.abc import Sequence

from conformance.model import Filter, Operation, Operator, ResourceModel
from conformance.probes.filters.trials import count_trials

_MAX_TRIALS = 10  # requests that one group of filters costs at most, unless one field has more


def group_filters(operation: Operation) -> list[list[Filter]]:
    """Return the filters of known fields in groups, those of one field in one group; `isnull` only where it is all.

    A list with dozens of filters costs more than an hour has left, and none of them would be tried. Lists of values
    come first, since few operations have them.
    """
    by_field: dict[str, list[Filter]] = {}
    for query_filter in operation.filters:
        if query_filter.field and query_filter.operator is not Operator.ISNULL:
            by_field.setdefault(query_filter.field, []).append(query_filter)
    groups: list[list[Filter]] = []
    for filters in sorted(by_field.values(), key=lambda filters: all(f.operator is not Operator.IN for f in filters)):
        if groups and count_group_trials([*groups[-1], *filters]) <= _MAX_TRIALS:
            groups[-1] += filters
        else:
            groups.append([*filters])
    return groups or [list_null_filters(operation)]


def count_group_trials(filters: Sequence[Filter]) -> int:
    """Return the number of requests that trying a group of filters costs at most."""
    return sum(map(count_trials, filters))


def count_groups(operation: Operation, model: ResourceModel) -> int:
    """Return how many groups of filters an operation has."""
    return len(group_filters(operation))


def list_null_filters(operation: Operation) -> list[Filter]:
    """Return the filters of known fields that select what is null, or what is not."""
    return [f for f in operation.filters if f.field and f.operator is Operator.ISNULL]


def has_null_filters(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation has a filter of a known field that selects what is null."""
    return bool(list_null_filters(operation))
