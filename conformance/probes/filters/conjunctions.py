"""FLT-01 with several filters by equality: they hold together, so that none of them is an alternative to another.

For every two of the filters the list has a witness, an item that satisfies all filters but one of the two: a server
that joins the two by "or", or forgets one beside the other, shows it. No item need satisfy all. The check of FLT-01
judges what is shown.
"""

from collections.abc import Sequence
from typing import Any

from conformance.applicability.selectors import has_known_filters
from conformance.evidence.filter_semantics import is_satisfied
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Operator, ResourceModel, Role, Verdict
from conformance.probes.filters.trials import choose_satisfied_value
from conformance.probes.responses.plain_reads import whole_list_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.pages import choose_largest_size, read_whole_list
from conformance.probes.toolkit.repetition import confirm_violations
from conformance.probes.toolkit.samples import try_ways

_REQUIREMENT = "FLT-01"
_MAX_CONJUNCTIONS = 2
_MAX_VALUES = 3  # of one filter, that are tried

Condition = tuple[Filter, str]


def _list_equalities(operation: Operation) -> list[Filter]:
    """Return the filters by equality with a field of the items themselves."""
    return [f for f in operation.filters if f.operator is Operator.EQ and f.field and "[]" not in f.field]


def _has_equalities(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list has several filters by equality."""
    return operation.role is Role.LIST and has_known_filters(operation, model) and len(_list_equalities(operation)) > 1


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the whole list, and those with several filters."""
    reader = choose_reader_kind(operation, model)
    filtered = Need(f"conjunction {operation.key}", identity=reader, sampled=True)
    return (*whole_list_needs(operation, model, reader), filtered)


def _count_conjunctions(operation: Operation, model: ResourceModel) -> int:
    """Return how many conjunctions are known at most."""
    return min(_MAX_CONJUNCTIONS, len(_list_equalities(operation)) // 2)


def combine_equalities(operation: Operation, subject: Subject) -> Steps[None]:
    """Send filters together of which each alone excludes an item that the others keep (FLT-01)."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested((_REQUIREMENT,), operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)
    items = [item for _, item in whole.objects]
    given = {name for name, _ in call.query}
    filters = [query_filter for query_filter in _list_equalities(operation) if query_filter.parameter not in given]
    conjunctions: list[list[Condition]] = []
    for _ in range(_MAX_CONJUNCTIONS):
        conditions = _choose_conjunction(filters, items, operation)
        conjunctions += [conditions] if len(conditions) > 1 else []
        filters = [f for f in filters if f not in [query_filter for query_filter, _ in conditions]]

    def read_conjunction(conditions: list[Condition]) -> Steps[None]:
        yield from _read_conjunction(call, conditions)

    if conjunctions:
        yield from try_ways(conjunctions, 1, subject, read_conjunction)
    yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, "no items seen differ in one of several filters")


def _read_conjunction(call: OperationCall, conditions: Sequence[Condition]) -> Steps[None]:
    """Read a list with several filters."""
    parameters = ((query_filter.parameter, value) for query_filter, value in conditions)
    response = yield from send(call.operation, call.build_request(*parameters, *choose_largest_size(call.operation)))
    if response.is_success:
        yield pass_case(response, _REQUIREMENT)
    else:
        reason = f"the list with {len(conditions)} filters returns {response.status}"
        yield judge_case(response, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)


def _choose_conjunction(
    filters: Sequence[Filter], items: Sequence[dict[str, Any]], operation: Operation
) -> list[Condition]:
    """Return the longest conjunction in which every two filters have a witness, with values of various items."""
    conditions = _list_conditions(filters, items, operation)
    longest: list[int] = []
    for first in range(len(conditions)):
        chosen: list[int] = []
        for at in (*range(first, len(conditions)), *range(first)):
            is_new = conditions[at][0][0] not in [conditions[other][0][0] for other in chosen]
            if is_new and _has_witnesses([conditions[other][1] for other in (*chosen, at)], len(items)):
                chosen.append(at)
        if len(chosen) > len(longest):
            longest = chosen
    return [conditions[at][0] for at in longest]


def _list_conditions(
    filters: Sequence[Filter], items: Sequence[dict[str, Any]], operation: Operation
) -> list[tuple[Condition, frozenset[int]]]:
    """Return each filter with up to three values, each with the items that it keeps, in groups of two at least.

    Those that keep most come first.
    """
    conditions: list[tuple[Condition, frozenset[int]]] = []
    for query_filter in filters:
        values = dict.fromkeys(choose_satisfied_value(query_filter, item, items, operation) for item in items)
        for value in [value for value in values if value][:_MAX_VALUES]:
            kept = frozenset(at for at, item in enumerate(items) if is_satisfied(query_filter, item, value))
            conditions += [((query_filter, value), kept)] if 1 < len(kept) < len(items) else []
    return sorted(conditions, key=lambda condition: -len(condition[1]))


def _has_witnesses(kept: Sequence[frozenset[int]], count: int) -> bool:
    """Return whether every two filters have a witness: an item that satisfies all filters but one of the two.

    `kept` has the items that satisfy each filter.
    """
    everything = frozenset(range(count))
    lonely = [
        excluding
        for at, excluding in enumerate(kept)
        if not everything.intersection(*(other for place, other in enumerate(kept) if place != at)) - excluding
    ]
    return len(lonely) <= 1


PROBES = (
    Probe(
        "filter-conjunctions", (_REQUIREMENT,), _has_equalities, _needs, confirm_violations(combine_equalities),
        rank=2, ways=_count_conjunctions, is_unique_way=True,
    ),
)  # fmt: skip
