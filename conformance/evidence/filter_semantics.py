"""Semantics of filters: whether an item satisfies a filter, as far as the documentation decides. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from conformance.evidence.responses import find_values
from conformance.model import Filter, Operator

Value = datetime | float | str

_COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        Operator.GTE: lambda a, b: a >= b,
        Operator.LTE: lambda a, b: a <= b,
        Operator.GT: lambda a, b: a > b,
        Operator.LT: lambda a, b: a < b,
    }
)
ORDER_OPERATORS = frozenset(_COMPARE)


def get_filtered_values(condition: Filter, item: Any) -> list[Any]:
    """Return the values of an item that a filter compares, lists member by member; empty where the field is absent."""
    compared: list[Any] = []
    for _, value in find_values(item, condition.field):
        compared += value if isinstance(value, list) else [value]
    return compared


def is_satisfied(condition: Filter, item: Any, operand: str) -> bool | None:
    """Return whether an item satisfies a filter with that value; None where the documentation does not decide.

    Null satisfies only `isnull`. Where the field is a list (`tags`), one member is enough; where the field lies inside
    a list (`schedules[].started_at`), every member must satisfy the filter.
    """
    if not condition.field or not any(True for _ in find_values(item, condition.field)):
        parent = item.get(condition.field.partition(".")[0], item) if isinstance(item, dict) else item
        return False if parent is None and condition.operator is not Operator.ISNULL else None
    if condition.operator is Operator.ISNULL:
        expects_null = {"true": True, "false": False}.get(operand.lower())
        if expects_null is None:
            return None
        return all(value is None for value in get_filtered_values(condition, item)) is expects_null
    results = [_satisfies_value(condition, value, operand) for value in get_filtered_values(condition, item)]
    if None in results:
        return None
    return all(results) if "[]." in condition.field else any(results)


def _satisfies_value(condition: Filter, value: Any, operand: str) -> bool | None:
    """Return whether one value satisfies a filter other than `isnull`; None where that is not decided."""
    is_ordered = condition.operator in ORDER_OPERATORS | {Operator.RANGE}
    if is_ordered and any(parse_comparable(part) is None for part in operand.split(",")):
        return None
    if value is None:
        return False
    if condition.operator in _COMPARE:
        return _compare(value, operand, _COMPARE[condition.operator])
    if condition.operator is Operator.RANGE:
        low, comma, high = operand.partition(",")
        bounds = [_compare(value, low, _COMPARE[Operator.GTE]), _compare(value, high, _COMPARE[Operator.LTE])]
        return None if not comma or None in bounds else all(bounds)
    if condition.operator is Operator.IN:
        return any(_is_equal(condition, value, part.strip()) for part in operand.split(","))
    return _is_equal(condition, value, operand)


def _compare(value: Any, operand: str, holds: Callable[[Any, Any], bool]) -> bool | None:
    left, right = parse_comparable(value), parse_comparable(operand)
    return holds(left, right) if left is not None and type(left) is type(right) else None


def _is_equal(condition: Filter, value: Any, operand: str) -> bool:
    """Return whether a value equals an operand, ignoring case: a filter may spell `SENT` what a field spells `Sent`."""
    if condition.by_id_of:
        return extract_id(value) == extract_id(operand)
    if format_query_value(value).casefold() == operand.casefold():
        return True
    left, right = parse_comparable(value), parse_comparable(operand)
    return left is not None and not isinstance(value, bool) and type(left) is type(right) and left == right


def parse_comparable(value: Any) -> datetime | float | None:
    """Return the number or the time with an offset that a JSON value or query parameter stands for, else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    try:
        if "T" not in text.upper():
            return float(text)
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def extract_id(value: Any) -> str:
    """Return the id that a link, an expanded object or an id stands for: the last segment of its path."""
    if isinstance(value, dict):
        value = value.get("url", value.get("id"))
    return value.rstrip("/").rpartition("/")[2] if isinstance(value, str) else ""


def format_query_value(value: Any) -> str:
    """Return a JSON value as a query parameter; empty for null, objects and lists.

    1.0 becomes `1`, since the parameter may be an integer.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def find_used_filters(filters: tuple[Filter, ...], query: Mapping[str, list[str]]) -> Iterator[tuple[Filter, str]]:
    """Yield the filters with a known field that a query uses exactly once, with their values.

    A filter without a value is left out, for nothing says what it selects.
    """
    for condition in filters:
        given = query.get(condition.parameter, ())
        if condition.field and len(given) == 1 and given[0]:
            yield condition, given[0]
