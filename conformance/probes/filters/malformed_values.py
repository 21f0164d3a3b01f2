"""FLT-04: a filter refuses values of the wrong form."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.applicability.selectors import has_filters
from conformance.evidence.filter_semantics import ORDER_OPERATORS
from conformance.evidence.outcomes import skip_case
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Operator, Profile, ResourceModel, Verdict
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.refusals import check_refused, find_refusable_call, refusal_needs, send_for_refusal

# Not even a lenient reader takes these, as it may take a date alone or a time without offset.
_NO_TIMES = ("yesterday", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T25:00:00Z")
_NO_NUMBERS = ("many", "1e", "--1")
_BY_FORMAT = {"date-time": _NO_TIMES, "date": ("yesterday", "2024-02-30"), "uuid": ("no-uuid",)}
_BY_TYPE = {"integer": _NO_NUMBERS, "number": _NO_NUMBERS, "boolean": ("perhaps", "2")}
_NO_MEMBER = "no_such_value"
BadValues = tuple[Filter, tuple[str, ...]]  # a filter, and malformed values for it


def list_bad_values(schema: dict[str, Any], operator: Operator = Operator.EQ) -> tuple[str, ...]:
    """Return values that the schema of a filter's parameter surely excludes; none where any text is valid."""
    if operator in {Operator.IN, Operator.RANGE}:
        return ()  # lists of values are typed as text
    if values := _BY_TYPE.get(str(schema.get("type"))) or _BY_FORMAT.get(str(schema.get("format"))):
        return values
    if "enum" in schema:
        return (_NO_MEMBER,)
    pattern = schema.get("pattern")
    return (_NO_MEMBER,) if isinstance(pattern, str) and not re.search(pattern, _NO_MEMBER) else ()


def _group_by_kind(operation: Operation) -> list[list[BadValues]]:
    """Return the filters with bad values, grouped by kind.

    Within a kind another filter comes first on each operation, so that a run tests various ones.
    """
    kinds: dict[tuple[object, ...], list[BadValues]] = {}
    for query_filter in operation.filters:
        parameter = operation.find_parameter(query_filter.parameter)
        values = list_bad_values(parameter.schema, query_filter.operator) if parameter else ()
        values = values or _bad_ranges(query_filter, operation)
        if parameter and values:
            kinds.setdefault((values, "enum" in parameter.schema), []).append((query_filter, values))
    starts = [(group, choose_turn(operation, len(group))) for group in kinds.values()]
    return [group[start:] + group[:start] for group, start in starts]


def _bad_ranges(query_filter: Filter, operation: Operation) -> tuple[str, ...]:
    """Return bad values for a range filter, from the bad values of a comparison on the same field.

    The parameter of a range is typed as text, and excludes nothing by itself.
    """
    if query_filter.operator is not Operator.RANGE:
        return ()
    comparison = next(
        (
            candidate
            for candidate in operation.filters
            if candidate.field == query_filter.field and candidate.operator in ORDER_OPERATORS
        ),
        None,
    )
    bound = operation.find_parameter(comparison.parameter) if comparison and query_filter.field else None
    return tuple(f"{value},{value}" for value in list_bad_values(bound.schema)) if bound else ()


def send_malformed_filters(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """Send one bad value for one filter of each kind; with `deep`, every bad value for every filter."""
    kinds = _group_by_kind(operation)
    call = yield from find_refusable_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("FLT-04",), operation, call)
        return
    trials = [(query_filter, value) for group in kinds for query_filter, values in group for value in values]
    if not deep:
        trials = [(query_filter, values[choose_turn(operation, len(values))]) for (query_filter, values), *_ in kinds]
    for query_filter, value in trials:
        query = tuple(pair for pair in call.query if pair[0] != query_filter.parameter)
        request = OperationCall(operation, call.path, query, call.headers, call.identity).build_request(
            (query_filter.parameter, value)
        )
        response = yield from send_for_refusal(operation, request, subject)
        sent = f"{query_filter.parameter}={value}"
        refused_value = "a malformed value of a filter"
        yield from check_refused(
            response, "FLT-04", refused_value, 400, sent=sent, pointer=f"query:{query_filter.parameter}"
        )
    if not trials:
        reason = "by the description any text is a valid value of its filters"
        yield skip_case("FLT-04", operation.key, Verdict.NOT_APPLICABLE, reason)


def _needs(count: Callable[[Operation], int], label: str) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    """Return a function that gives the needs of `count` refused requests."""
    return lambda operation, model: refusal_needs(operation, model, label, count(operation)) if count(operation) else ()


def _count_values(operation: Operation) -> int:
    """Return the number of all bad values of all filters."""
    return sum(len(values) for group in _group_by_kind(operation) for _, values in group)


def _count_kinds(operation: Operation) -> int:
    """Return the number of kinds of filters that have bad values."""
    return len(_group_by_kind(operation))


PROBES = (
    Probe(
        "malformed-filter", ("FLT-04",), has_filters, _needs(_count_kinds, "malformed"),
        partial(send_malformed_filters, deep=False), rank=2,
    ),
    Probe(
        "malformed-filter-all", ("FLT-04",), has_filters, _needs(_count_values, "all malformed"),
        partial(send_malformed_filters, deep=True), Profile.DEEP, 2,
    ),
)  # fmt: skip
