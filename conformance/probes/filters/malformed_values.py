"""FLT-04: a filter refuses values of the wrong form."""

import re
from typing import Any

from conformance.applicability.selectors import has_filters
from conformance.evidence.filter_semantics import ORDER_OPERATORS
from conformance.evidence.outcomes import skip_case
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Operator, ResourceModel, Verdict
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.refusals import check_refused, find_refusable_call, refusal_needs, send_for_refusal
from conformance.probes.toolkit.samples import choose_ways, count_attempts

# Not even a lenient reader takes these, as it may take a date alone or a time without offset.
_NO_TIMES = ("yesterday", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T25:00:00Z")
_NO_NUMBERS = ("many", "1e", "--1")
_BY_FORMAT = {"date-time": _NO_TIMES, "date": ("yesterday", "2024-02-30"), "uuid": ("no-uuid",)}
_BY_TYPE = {"integer": _NO_NUMBERS, "number": _NO_NUMBERS, "boolean": ("perhaps", "2")}
_NO_MEMBER = "no_such_value"


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


def _group_by_kind(operation: Operation) -> list[list[tuple[Filter, str]]]:
    """Return the filters, each with a bad value, grouped by kind.

    Within a kind another filter and another value come first on each operation, so that a run tests various ones.
    """
    kinds: dict[tuple[object, ...], list[Filter]] = {}
    for query_filter in operation.filters:
        parameter = operation.find_parameter(query_filter.parameter)
        values = list_bad_values(parameter.schema, query_filter.operator) if parameter else ()
        values = values or _list_bad_ranges(query_filter, operation)
        if parameter and values:
            kinds.setdefault((values, "enum" in parameter.schema), []).append(query_filter)
    return [
        _pair_with_filters(filters, kind[0], operation) for kind, filters in kinds.items() if isinstance(kind[0], tuple)
    ]


def _pair_with_filters(
    filters: list[Filter], values: tuple[str, ...], operation: Operation
) -> list[tuple[Filter, str]]:
    """Return every filter with every value; neighbours differ in both where there are several."""
    start, first_value = choose_turn(operation, len(filters)), choose_turn(operation, len(values))
    rotated = filters[start:] + filters[:start]
    shifts = range(len(values))
    return [
        (query_filter, values[(first_value + shift + index) % len(values)])
        for shift in shifts
        for index, query_filter in enumerate(rotated)
    ]


def _list_bad_ranges(query_filter: Filter, operation: Operation) -> tuple[str, ...]:
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


def send_malformed_filters(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a bad value for one filter of each kind."""
    kinds = _group_by_kind(operation)
    call = yield from find_refusable_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("FLT-04",), operation, call)
        return

    def send_value(pair: tuple[Filter, str]) -> Steps[None]:
        parameter, value = pair[0].parameter, pair[1]
        query = tuple(known for known in call.query if known[0] != parameter)
        bare_call = OperationCall(operation, call.path, query, call.headers, call.identity)
        response = yield from send_for_refusal(operation, bare_call.build_request((parameter, value)), subject)
        refused, sent = "a malformed value of a filter", f"{parameter}={value}"
        yield from check_refused(response, "FLT-04", refused, 400, sent=sent, pointer=f"query:{parameter}")

    chosen = [pair for kind in kinds for pair in choose_ways(kind, 1, subject)]
    yield from count_attempts(chosen, sum(map(len, kinds)), send_value)
    if not chosen:
        reason = "by the description any text is a valid value of its filters"
        yield skip_case("FLT-04", operation.key, Verdict.NOT_APPLICABLE, reason)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the needs of one refused request for each kind of filter."""
    count = len(_group_by_kind(operation))
    return refusal_needs(operation, model, "malformed", count) if count else ()


def _count_values(operation: Operation, model: ResourceModel) -> int:
    """Return the number of all bad values of all filters of the kind that has most."""
    return max(map(len, _group_by_kind(operation)), default=1)


PROBES = (
    Probe("malformed-filter", ("FLT-04",), has_filters, _needs, send_malformed_filters, rank=2, ways=_count_values),
)
