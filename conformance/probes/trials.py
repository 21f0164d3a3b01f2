"""Which values of a filter tell most about a list, given the items that it is known to hold. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import msgspec

from conformance.answers import Answer, values_at
from conformance.filtering import COMPARISONS, comparable, last_segment, satisfies, spelled, values
from conformance.model import Filter, Operation, Operator, ResourceModel
from conformance.probes.paging import key_of

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt][\d:]{8}(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")
_LOWER = frozenset({Operator.GTE, Operator.GT})  # they leave out what lies below
# Lower bounds are told east of Greenwich, upper ones west of it: one sign must be escaped in a query, one need not be.
_EAST, _WEST = timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3, minutes=30))


class Trial(NamedTuple):
    """A filter with a value, and the keys of the known items that satisfy it and that do not, in the list's order."""

    which: Filter
    value: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    bound: tuple[str, ...] = ()  # those inside that lie exactly on the bound

    @property
    def pair(self) -> tuple[str, str]:
        """The query parameter."""
        return self.which.parameter, self.value


def members(which: Filter, answer: Answer) -> tuple[Filter, list[dict[str, Any]]]:
    """The things that a filter picks from an answer, and the filter as it applies to one of them.

    They are the items, or the members of the list on the way to the field (`schedules[].started_at`).
    """
    wrapper, opens, rest = which.field.partition("[].")
    if not opens:
        return which, [item for _, item in answer.objects]
    found = [value for _, item in answer.objects for _, value in values_at(item, f"{wrapper}[]")]
    return msgspec.structs.replace(which, field=rest), [each for each in found if isinstance(each, dict)]


def trials(answer: Answer, model: ResourceModel) -> tuple[Trial, ...]:
    """For each filter of a known field the value that parts the items best; for `isnull` both answers."""
    return tuple(trial for which in answer.operation.filters if which.field for trial in _trials(which, answer, model))


def _trials(which: Filter, answer: Answer, model: ResourceModel) -> Iterator[Trial]:
    inner, items = members(which, answer)
    for value in _values(which, inner, items, answer.operation, model):
        told = [(key_of(item, answer.operation), satisfies(inner, item, value), item) for item in items]
        inside = tuple(key for key, holds, _ in told if holds)
        bound = tuple(key for key, holds, item in told if holds and _on_bound(inner, item, value))
        yield Trial(which, value, inside, tuple(key for key, holds, _ in told if holds is False), bound)


def _on_bound(which: Filter, item: Any, value: str) -> bool:
    if which.operator not in COMPARISONS | {Operator.RANGE}:
        return False
    bounds = {comparable(each) for each in value.split(",")} - {None}
    return any(comparable(each) in bounds for each in values(which, item))


def _values(
    which: Filter, inner: Filter, items: Sequence[dict[str, Any]], operation: Operation, model: ResourceModel
) -> tuple[str, ...]:
    if which.operator is Operator.ISNULL:
        return ("true", "false")
    seen = [each for item in items for each in values(inner, item)]
    if which.operator in COMPARISONS | {Operator.RANGE}:
        return _bounds(which.operator, seen)
    texts = Counter(last_segment(each) if which.by_id_of else spelled(each) for each in seen)
    allowed = _enumerated(which, operation)
    often = {allowed.get(text.casefold(), "") if allowed else text: times for text, times in texts.items()}
    telling = {text for text in often for longer in often if text != longer and longer.startswith(text)}
    usable = [text for text in often if text and "," not in text]
    usable.sort(key=lambda text: (text not in telling, -often[text], text))  # equality is no matter of beginnings
    parting = [text for text in usable if often[text] < len(items)]
    if len(usable) < 2 and not parting:
        absent = _absent(which, usable, operation, model)
        return (absent,) if absent else tuple(usable)
    if which.operator is Operator.IN and len(usable) > 2:
        return (f"{usable[0]},{usable[-1]}",)
    return tuple(parting[:1])


def _enumerated(which: Filter, operation: Operation) -> dict[str, str]:
    """The values that a filter's parameter admits, by themselves without case; empty where it admits any."""
    parameter = operation.parameter(which.parameter)
    return {str(each).casefold(): str(each) for each in (parameter.schema if parameter else {}).get("enum", ())}


def _bounds(operator: Operator, seen: Sequence[Any]) -> tuple[str, ...]:
    """Bounds exactly on seen values, so that two opposite filters part the list without rest.

    Where all values are the same, bounds that include get one that is beyond them as well.
    """
    spelt = {comparable(each): _bound(each) for each in seen}
    kinds = {type(each) for each in spelt} - {type(None)}
    if len(kinds) != 1:
        return ()
    rising = sorted(each for each in spelt if each is not None)
    if operator is Operator.RANGE:
        low = rising[min(1, len(rising) - 1)]
        return (f"{spelt[low]},{spelt[max(low, rising[max(0, len(rising) - 2)])]}",)
    if len(rising) == 1:
        beyond = {Operator.GTE: _moved(rising[0], 1), Operator.LTE: _moved(rising[0], -1)}
        return (spelt[rising[0]], *((beyond[operator],) if operator in beyond else ()))
    upper = _narrowest(rising)
    bound = spelt[rising[upper if operator in {Operator.GTE, Operator.LT} else upper - 1]]
    return (_elsewhere(bound, _EAST if operator in _LOWER else _WEST),)


def _bound(value: Any) -> str:
    """A value as a bound; a time in capitals, for not every server that writes them small takes them so (RFC 3339)."""
    text = spelled(value)
    return text.upper() if isinstance(comparable(value), datetime) else text


def company(trial: Trial, answer: Answer) -> tuple[tuple[str, str], ...]:
    """A second filter with a value that all items inside a trial satisfy, and most others too; () where none is known.

    Both together let through what the trial does, unless only one of them is heard, or either will do.
    """
    inside = [item for _, item in answer.objects if key_of(item, answer.operation) in trial.inside]
    others = [each for each in answer.operation.filters if each.field and each != trial.which]
    others.sort(key=lambda each: each.field == trial.which.field)  # of another field, if there is one
    for which in others:
        seen = [values(which, item) for item in inside]
        spelt = {comparable(value): _bound(value) for each in seen for value in each}
        if which.operator not in {Operator.GTE, Operator.LTE} or "[]" in which.field or not all(seen):
            continue
        if len({type(each) for each in spelt}) == 1 and None not in spelt:
            extreme: Any = min if which.operator is Operator.GTE else max
            return ((which.parameter, spelt[extreme(spelt)]),)
    return ()


def _narrowest(rising: Sequence[Any]) -> int:
    """Where the second of two neighbours stands that are hard to tell apart for who rounds values, near the middle."""
    middle, reach = len(rising) // 2, max(1, len(rising) // 4)
    near = range(max(1, middle - reach), min(len(rising), middle + reach + 1))
    return min(near, key=lambda at: (rising[at] - rising[at - 1], abs(at - middle)))


def _elsewhere(bound: str, zone: timezone) -> str:
    """The same instant in another time zone, where it is one and its fraction can be kept."""
    return datetime.fromisoformat(bound.upper()).astimezone(zone).isoformat() if _TIME.fullmatch(bound) else bound


def _moved(value: datetime | float, step: int) -> str:
    if isinstance(value, datetime):
        return (value + timedelta(days=step)).isoformat().replace("+00:00", "Z")
    return str(int(value) + step)


def _absent(which: Filter, seen: Sequence[str], operation: Operation, model: ResourceModel) -> str:
    """A value of the right form that no known item has; empty where none can be told."""
    parameter = operation.parameter(which.parameter)
    schema = parameter.schema if parameter else {}
    target = model.by_name.get(which.by_id_of)
    if target is not None and seen:
        return seen[0][:-4] + ("0000" if not seen[0].endswith("0000") else "1111")
    if "enum" in schema:
        return next((str(each) for each in schema["enum"] if str(each) not in seen), "")
    if schema.get("type") != "string" or not seen or "pattern" in schema or "format" in schema:
        return ""
    return f"no-{seen[0]}"


def opposite(one: Trial, other: Trial) -> bool:
    """Whether two trials together take in every item once."""
    if one.which.field != other.which.field:
        return False
    if one.which.operator is Operator.ISNULL is other.which.operator:
        return one.value == "true" and other.value == "false"
    upper = COMPARISONS - _LOWER
    return one.which.operator in _LOWER and other.which.operator in upper and bool(one.inside or other.inside)
