"""FLT-08: two bounds, each one unit beside an existing value, hold together."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from conformance.evidence.filter_semantics import get_filtered_values, parse_comparable
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Operator, Outcome, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import whole_list_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.pages import item_key, parse_page, read_whole_list
from conformance.probes.toolkit.refusals import check_accepted
from conformance.probes.toolkit.repetition import confirm_violations

REQUIREMENT = "FLT-08"
_PAIRS = ((Operator.GTE, Operator.LTE), (Operator.GT, Operator.LT))
_FRACTION = re.compile(r"\.(\d{1,6})(?:Z|[+-]\d\d:\d\d)$", re.IGNORECASE)


class FilterPair(NamedTuple):
    """The lower and the upper filter of one field; `inclusive` where a value on the bound satisfies them."""

    lower: Filter
    upper: Filter
    inclusive: bool


def list_pairs(operation: Operation) -> list[FilterPair]:
    """Return the pairs of filters that bound one known field of the items from both sides."""
    known = {(f.operator, f.field): f for f in operation.filters if f.field and "[]" not in f.field}
    return [
        FilterPair(lower, known[second, field], first is Operator.GTE)
        for first, second in _PAIRS
        for (operator, field), lower in known.items()
        if operator is first and (second, field) in known
    ]


def _has_pairs(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.LIST and bool(list_pairs(operation))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the list, and one with two bounds for each pair of filters."""
    reader = choose_reader_kind(operation, model)
    bounded_reads = Need(f"read {operation.path} in bounds", len(list_pairs(operation)), reader)
    return (*whole_list_needs(operation, model, reader), bounded_reads)


def try_fine_bounds(operation: Operation, subject: Subject) -> Steps[None]:
    """Request each list within bounds one unit beside two of its values; what lies on the wrong side is left out."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested((REQUIREMENT,), operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)
    for pair in list_pairs(operation):
        yield from _try_pair(pair, call, whole)
    reason = "the items seen have too few different values to set bounds beside them"
    yield judge_case(whole, REQUIREMENT, Verdict.NOT_APPLICABLE, reason)


def _try_pair(pair: FilterPair, call: OperationCall, whole: OperationResponse) -> Steps[None]:
    values = {
        moment: value
        for _, item in whole.objects
        for value in get_filtered_values(pair.lower, item)
        if (moment := parse_comparable(value)) is not None
    }
    if len(values) < 3 or len({type(moment) for moment in values}) > 1:
        return
    rising: list[Any] = sorted(values)
    first, last = rising[len(rising) // 4], rising[-1 - len(rising) // 4]
    if first == last:
        first, last = rising[0], rising[-1]
    inward = 1 if pair.inclusive else -1
    low, high = _move(first, values[first], inward), _move(last, values[last], -inward)
    if low is None or high is None:
        return
    pagination = call.operation.pagination
    size = ((pagination.size, str(pagination.max_size)),) if pagination and pagination.size else ()
    request = call.build_request((pair.lower.parameter, low), (pair.upper.parameter, high), *size)
    response = yield from send(call.operation, request)
    if not response.is_success:
        yield from check_accepted(response, REQUIREMENT, f"{pair.lower.parameter}={low}")
        return
    yield from _judge(pair, (first, last), response, whole)


def _move(moment: Any, shown: Any, direction: int) -> str | None:
    """Return a value one unit of its last digit later or earlier; None where it has no such unit."""
    if isinstance(moment, datetime):
        digits = _FRACTION.search(str(shown))
        unit = timedelta(seconds=1) if digits is None else timedelta(microseconds=10 ** (6 - len(digits[1])))
        return (moment.astimezone(UTC) + direction * unit).isoformat().replace("+00:00", "Z")
    return str(shown + direction) if isinstance(shown, int) and not isinstance(shown, bool) else None


def _judge(
    pair: FilterPair, ends: tuple[Any, Any], response: OperationResponse, whole: OperationResponse
) -> Iterator[Outcome]:
    """Judge which of the known items stand in the list within bounds."""
    shown = {item_key(item, response.operation) for _, item in response.objects}
    is_complete = response.operation.pagination is None or parse_page(response).is_last
    wrong: list[str] = []
    for _, item in whole.objects:
        key = item_key(item, response.operation)
        moments = [parse_comparable(value) for value in get_filtered_values(pair.lower, item)]
        if len(moments) != 1 or moments[0] is None:
            continue
        between = ends[0] < moments[0] < ends[1] if pair.inclusive else ends[0] <= moments[0] <= ends[1]
        if (key in shown) is not between and (key in shown or is_complete):
            wrong.append(key)
    if wrong:
        words = "shows" if wrong[0] in shown else "leaves out"
        yield fail_case(
            response,
            REQUIREMENT,
            f"{pair.lower.parameter} and {pair.upper.parameter} are not exact: the list {words} an item at a bound",
            expected=response.exchange.request.target,
            actual=quote_json(wrong[:3]),
            pointer=f"query:{pair.lower.parameter}",
            also=(whole,),
        )
    else:
        yield pass_case(response, REQUIREMENT)


PROBES = (Probe("fine-bounds", (REQUIREMENT,), _has_pairs, _needs, confirm_violations(try_fine_bounds), rank=2),)
