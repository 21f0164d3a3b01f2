"""Choice of the filter values that divide a list best, given its known items. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import msgspec

from conformance.evidence.filter_semantics import (
    ORDER_OPERATORS,
    extract_id,
    format_query_value,
    get_filtered_values,
    is_satisfied,
    parse_comparable,
)
from conformance.evidence.responses import OperationResponse, find_values
from conformance.model import Filter, Operation, Operator, ResourceModel
from conformance.probes.toolkit.pages import item_key

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt][\d:]{8}(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")
_MAX_MEMBERS = 20  # of a list of values in a query, which must not make the target of a request too long
_MANY_MEMBERS = 4  # other values beside that of the item that a list of values must find
_LOWER_BOUNDS = frozenset({Operator.GTE, Operator.GT})  # they exclude smaller values
# Lower bounds get an offset with plus, upper ones with minus: in a query plus must be escaped, minus need not be.
_EAST, _WEST = timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3, minutes=30))


class FilterTrial(NamedTuple):
    """A filter with a value, and the keys of the known items that satisfy it and that do not, in the list's order."""

    query_filter: Filter
    value: str
    matching: tuple[str, ...]
    excluded: tuple[str, ...]
    on_bound: tuple[str, ...] = ()  # the matching ones that lie exactly on the bound

    @property
    def parameter(self) -> tuple[str, str]:
        """Return the name and value of the query parameter."""
        return self.query_filter.parameter, self.value


def select_members(query_filter: Filter, response: OperationResponse) -> tuple[Filter, list[dict[str, Any]]]:
    """Return the objects that a filter selects in a response, and the filter as it applies to one of them.

    They are the items, or the members of the list on the way to the field (`schedules[].started_at`).
    """
    wrapper, opens, rest = query_filter.field.partition("[].")
    if not opens:
        return query_filter, [item for _, item in response.objects]
    values = [value for _, item in response.objects for _, value in find_values(item, f"{wrapper}[]")]
    return msgspec.structs.replace(query_filter, field=rest), [value for value in values if isinstance(value, dict)]


def choose_trials(
    response: OperationResponse, model: ResourceModel, filters: Sequence[Filter] | None = None
) -> tuple[FilterTrial, ...]:
    """Return, for each filter of a known field, the value that divides the items best; for `isnull` both values.

    `filters` are those to try, by default all of the operation.
    """
    return tuple(
        trial
        for query_filter in (response.operation.filters if filters is None else filters)
        if query_filter.field
        for trial in _filter_trials(query_filter, response, model)
    )


def count_trials(query_filter: Filter) -> int:
    """Return how many values of a filter are tried at most, on a list whose items have many values."""
    return 2 if query_filter.operator in {Operator.ISNULL, Operator.IN} else 1


def _filter_trials(query_filter: Filter, response: OperationResponse, model: ResourceModel) -> Iterator[FilterTrial]:
    """Yield the trials of one filter."""
    inner, items = select_members(query_filter, response)
    for value in _choose_values(query_filter, inner, items, response.operation, model):
        judged_items = [(item_key(item, response.operation), is_satisfied(inner, item, value), item) for item in items]
        inside = tuple(key for key, holds, _ in judged_items if holds)
        bound = tuple(key for key, holds, item in judged_items if holds and _is_on_bound(inner, item, value))
        yield FilterTrial(
            query_filter, value, inside, tuple(key for key, holds, _ in judged_items if holds is False), bound
        )


def _is_on_bound(query_filter: Filter, item: Any, value: str) -> bool:
    """Return whether an item lies exactly on a bound in the value of a comparison or range."""
    if query_filter.operator not in ORDER_OPERATORS | {Operator.RANGE}:
        return False
    bounds = {parse_comparable(text) for text in value.split(",")} - {None}
    return any(parse_comparable(value_of_item) in bounds for value_of_item in get_filtered_values(query_filter, item))


def _choose_values(
    query_filter: Filter, inner: Filter, items: Sequence[dict[str, Any]], operation: Operation, model: ResourceModel
) -> tuple[str, ...]:
    """Return the values to try for a filter; `inner` is the filter as it applies to one of `items`."""
    if query_filter.operator is Operator.ISNULL:
        return ("true", "false")
    item_values = [value for item in items for value in get_filtered_values(inner, item)]
    if query_filter.operator in ORDER_OPERATORS | {Operator.RANGE}:
        return _choose_bounds(query_filter.operator, item_values)
    texts = Counter(extract_id(value) if query_filter.by_id_of else format_query_value(value) for value in item_values)
    allowed = _admitted_values(query_filter, operation)
    counts = {allowed.get(text.casefold(), "") if allowed else text: times for text, times in texts.items()}
    prefixes = {text for text in counts for longer in counts if text != longer and longer.startswith(text)}
    usable = [text for text in counts if text and "," not in text]
    # A value that begins another one comes first: it detects a server that compares only the beginning.
    usable.sort(key=lambda text: (text not in prefixes, -counts[text], text))
    dividing = [text for text in usable if counts[text] < len(items)]
    if len(usable) < 2 and not dividing:
        absent = _make_absent_value(query_filter, usable, operation, model)
        return (absent,) if absent else tuple(usable)
    if query_filter.operator is Operator.IN and len(usable) > 2:
        return _choose_members(usable, is_exhaustive=sum(counts[text] for text in usable) >= len(items))
    return tuple(dividing[:1])


def _choose_members(usable: Sequence[str], *, is_exhaustive: bool) -> tuple[str, ...]:
    """Return comma-separated lists of more than two values: a server may read the first ones only.

    Where the values are all that items have (`is_exhaustive`), one is left out, so that the list divides the items. Of
    three values, two are not enough for that, so that all of them are a second list.
    """
    members = usable[:_MAX_MEMBERS]
    if not is_exhaustive or len(usable) > len(members):
        return (",".join(members),)
    # A value that the first one begins is left out: it detects a server that compares only the beginning.
    left_out = next((text for text in members[1:] if text.startswith(members[0])), members[1])
    kept = ",".join(text for text in members if text != left_out)
    return (kept,) if len(members) > 3 else (kept, ",".join(members))


def _admitted_values(query_filter: Filter, operation: Operation) -> dict[str, str]:
    """Return the values that the parameter of a filter admits, by their case-folded form; empty where it admits any."""
    parameter = operation.find_parameter(query_filter.parameter)
    return {str(member).casefold(): str(member) for member in (parameter.schema if parameter else {}).get("enum", ())}


def _choose_bounds(operator: Operator, item_values: Sequence[Any]) -> tuple[str, ...]:
    """Return bounds exactly on values of the list, so that two opposite filters divide the list without rest.

    Where all values are the same, `gte` and `lte` also get a bound that no item satisfies.
    """
    spellings = {parse_comparable(value): spell_bound(value) for value in item_values}
    types = {type(key) for key in spellings} - {type(None)}
    if len(types) != 1:
        return ()
    rising = sorted(key for key in spellings if key is not None)
    if operator is Operator.RANGE:
        low = rising[min(1, len(rising) - 1)]
        return (f"{spellings[low]},{spellings[max(low, rising[max(0, len(rising) - 2)])]}",)
    if len(rising) == 1:
        outer_bounds = {Operator.GTE: _shift(rising[0], 1), Operator.LTE: _shift(rising[0], -1)}
        return (spellings[rising[0]], *((outer_bounds[operator],) if operator in outer_bounds else ()))
    upper = _narrowest_gap(rising)
    bound = spellings[rising[upper if operator in {Operator.GTE, Operator.LT} else upper - 1]]
    return (_convert_to_time_zone(bound, _EAST if operator in _LOWER_BOUNDS else _WEST),)


def spell_bound(value: Any) -> str:
    """Return a value as a bound; a time in upper case, since servers may refuse lower case (RFC 3339, section 5.6)."""
    text = format_query_value(value)
    return text.upper() if isinstance(parse_comparable(value), datetime) else text


def choose_satisfied_value(
    query_filter: Filter, item: dict[str, Any], items: Sequence[dict[str, Any]], operation: Operation
) -> str:
    """Return a value of a filter that one of the items satisfies, on the bound if it has one; empty without one.

    A list of values ends with that of the item, behind up to four others.
    """
    if query_filter.operator is Operator.ISNULL:
        return next((value for value in ("true", "false") if is_satisfied(query_filter, item, value)), "")
    own_values = [value for value in get_filtered_values(query_filter, item) if value is not None]
    if not own_values or "[]" in query_filter.field:
        return ""
    if query_filter.operator in ORDER_OPERATORS | {Operator.RANGE}:
        return _choose_own_bound(query_filter.operator, own_values[0])
    own = spell_member(query_filter, own_values[0], operation)
    if query_filter.operator is not Operator.IN:
        return own
    values = (value for other in items for value in get_filtered_values(query_filter, other) if value is not None)
    others = dict.fromkeys(spell_member(query_filter, value, operation) for value in values)
    members = [text for text in others if text and text != own and "," not in text][:_MANY_MEMBERS]
    return ",".join([*members, own]) if own and "," not in own else ""


def _choose_own_bound(operator: Operator, value: Any) -> str:
    """Return the bound that a value lies on, or just within where the bound itself is excluded; empty without order."""
    comparable = parse_comparable(value)
    if comparable is None:
        return ""
    if operator in {Operator.GT, Operator.LT}:
        return _shift(comparable, -1 if operator is Operator.GT else 1)
    bound = spell_bound(value)
    if operator is Operator.RANGE:
        return f"{bound},{bound}"
    return _convert_to_time_zone(bound, _EAST if operator in _LOWER_BOUNDS else _WEST)


def spell_member(query_filter: Filter, value: Any, operation: Operation) -> str:
    """Return a value of an item as a filter by equality takes it; empty where its parameter does not admit it."""
    text = extract_id(value) if query_filter.by_id_of else format_query_value(value)
    allowed = _admitted_values(query_filter, operation)
    return allowed.get(text.casefold(), "") if allowed else text


def choose_second_filter(trial: FilterTrial, response: OperationResponse) -> tuple[tuple[str, str], ...]:
    """Return a second filter that all matching items of a trial satisfy, and most others too; () where none is known.

    Both together select what the trial selects, unless the server applies only one of them, or either of them.
    """
    inside = [item for _, item in response.objects if item_key(item, response.operation) in trial.matching]
    other_filters = [
        candidate for candidate in response.operation.filters if candidate.field and candidate != trial.query_filter
    ]
    other_filters.sort(
        key=lambda candidate: candidate.field == trial.query_filter.field
    )  # first those of another field
    for candidate_filter in other_filters:
        values_by_item = [get_filtered_values(candidate_filter, item) for item in inside]
        spellings = {
            parse_comparable(value): spell_bound(value) for item_values in values_by_item for value in item_values
        }
        if (
            candidate_filter.operator not in {Operator.GTE, Operator.LTE}
            or "[]" in candidate_filter.field
            or not all(values_by_item)
        ):
            continue
        if len({type(key) for key in spellings}) == 1 and None not in spellings:
            extreme: Any = min if candidate_filter.operator is Operator.GTE else max
            return ((candidate_filter.parameter, spellings[extreme(spellings)]),)
    return ()


def _narrowest_gap(rising: Sequence[Any]) -> int:
    """Return the index of the second of two neighbours that differ least, near the middle.

    A server that rounds values cannot tell such neighbours apart.
    """
    middle, reach = len(rising) // 2, max(1, len(rising) // 4)
    near = range(max(1, middle - reach), min(len(rising), middle + reach + 1))
    return min(near, key=lambda at: (rising[at] - rising[at - 1], abs(at - middle)))


def _convert_to_time_zone(bound: str, zone: timezone) -> str:
    """Return a time in another time zone; any other bound, or a fraction too long to keep, unchanged."""
    return datetime.fromisoformat(bound.upper()).astimezone(zone).isoformat() if _TIME.fullmatch(bound) else bound


def _shift(value: datetime | float, step: int) -> str:
    """Return a bound that lies one step (a day, or 1) above or below a value."""
    if isinstance(value, datetime):
        return (value + timedelta(days=step)).isoformat().replace("+00:00", "Z")
    return str(int(value) + step)


def _make_absent_value(
    query_filter: Filter, seen_texts: Sequence[str], operation: Operation, model: ResourceModel
) -> str:
    """Return a value of the right form that no known item has; empty where none can be made."""
    parameter = operation.find_parameter(query_filter.parameter)
    schema = parameter.schema if parameter else {}
    target = model.resources_by_name.get(query_filter.by_id_of)
    if target is not None and seen_texts:
        return seen_texts[0][:-4] + ("0000" if not seen_texts[0].endswith("0000") else "1111")
    if "enum" in schema:
        return next((str(member) for member in schema["enum"] if str(member) not in seen_texts), "")
    if schema.get("type") != "string" or not seen_texts or "pattern" in schema or "format" in schema:
        return ""
    return f"no-{seen_texts[0]}"


def is_opposite(first: FilterTrial, second: FilterTrial) -> bool:
    """Return whether two trials together select every item once."""
    if first.query_filter.field != second.query_filter.field:
        return False
    if first.query_filter.operator is Operator.ISNULL is second.query_filter.operator:
        return first.value == "true" and second.value == "false"
    upper = ORDER_OPERATORS - _LOWER_BOUNDS
    return (
        first.query_filter.operator in _LOWER_BOUNDS
        and second.query_filter.operator in upper
        and bool(first.matching or second.matching)
    )
