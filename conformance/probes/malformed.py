"""FLT-04: a filter refuses what cannot be a value of it."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.filtering import COMPARISONS
from conformance.judging import without
from conformance.model import Filter, Operation, Operator, Profile, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, untested
from conformance.probes.base import Need, Probe, Steps, turn
from conformance.probes.unwelcome import ask_for_refusal, call_to_refuse, refusal_needs, refused
from conformance.subject import Subject

# Times that no lenient reader takes either, as it may a date alone or one without offset.
_NO_TIMES = ("yesterday", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T25:00:00Z")
_NO_NUMBERS = ("many", "1e", "--1")
_BY_FORMAT = {"date-time": _NO_TIMES, "date": ("yesterday", "2024-02-30"), "uuid": ("no-uuid",)}
_BY_TYPE = {"integer": _NO_NUMBERS, "number": _NO_NUMBERS, "boolean": ("perhaps", "2")}
_NO_MEMBER = "no_such_value"
Telling = tuple[Filter, tuple[str, ...]]  # a filter, and values that it cannot have


def bad_values(schema: dict[str, Any], operator: Operator = Operator.EQ) -> tuple[str, ...]:
    """Values that the schema of a filter's parameter excludes beyond doubt; none where any text will do."""
    if operator in {Operator.IN, Operator.RANGE}:
        return ()  # lists of values are typed as text
    if found := _BY_TYPE.get(str(schema.get("type"))) or _BY_FORMAT.get(str(schema.get("format"))):
        return found
    if "enum" in schema:
        return (_NO_MEMBER,)
    pattern = schema.get("pattern")
    return (_NO_MEMBER,) if isinstance(pattern, str) and not re.search(pattern, _NO_MEMBER) else ()


def _by_kind(operation: Operation) -> list[list[Telling]]:
    """Filters with their bad values, kind by kind; within a kind another filter comes first on each operation."""
    kinds: dict[tuple[object, ...], list[Telling]] = {}
    for each in operation.filters:
        parameter = operation.parameter(each.parameter)
        values = bad_values(parameter.schema, each.operator) if parameter else ()
        values = values or _bad_ranges(each, operation)
        if parameter and values:
            kinds.setdefault((values, "enum" in parameter.schema), []).append((each, values))
    starts = [(group, turn(operation, len(group))) for group in kinds.values()]
    return [group[start:] + group[:start] for group, start in starts]


def _bad_ranges(which: Filter, operation: Operation) -> tuple[str, ...]:
    """Two bad values for a range, which is typed as text, where another bound of its field tells what it takes."""
    if which.operator is not Operator.RANGE:
        return ()
    beside = next((e for e in operation.filters if e.field == which.field and e.operator in COMPARISONS), None)
    bound = operation.parameter(beside.parameter) if beside and which.field else None
    return tuple(f"{each},{each}" for each in bad_values(bound.schema)) if bound else ()


def _known(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and bool(operation.filters)


def malformed(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """One filter of each kind with one bad value; in depth every filter with every bad value of its kind."""
    kinds = _by_kind(operation)
    call = yield from call_to_refuse(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("FLT-04",), operation, call)
        return
    trials = [(which, value) for group in kinds for which, values in group for value in values]
    if not deep:
        trials = [(which, values[turn(operation, len(values))]) for (which, values), *_ in kinds]
    for which, value in trials:
        query = tuple(each for each in call.query if each[0] != which.parameter)
        request = Call(operation, call.path, query, call.headers, call.identity).request((which.parameter, value))
        answer = yield from ask_for_refusal(operation, request, subject)
        sent = f"{which.parameter}={value}"
        what = "a value that a filter cannot have"
        yield from refused(answer, "FLT-04", what, 400, sent=sent, pointer=f"query:{which.parameter}")
    if not trials:
        reason = "any text is a value of its filters, as far as the description tells"
        yield without("FLT-04", operation.key, Verdict.NOT_APPLICABLE, reason)


def _needs(count: Callable[[Operation], int], what: str) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: refusal_needs(operation, model, what, count(operation)) if count(operation) else ()


def _all(operation: Operation) -> int:
    return sum(len(values) for group in _by_kind(operation) for _, values in group)


def _one_each(operation: Operation) -> int:
    return len(_by_kind(operation))


PROBES = (
    Probe(
        "malformed-filter", ("FLT-04",), _known, _needs(_one_each, "malformed"), partial(malformed, deep=False), rank=2
    ),
    Probe(
        "malformed-filter-all", ("FLT-04",), _known, _needs(_all, "all malformed"), partial(malformed, deep=True),
        Profile.DEEP, 2,
    ),
)  # fmt: skip
