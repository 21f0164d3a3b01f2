"""What a filter means for one item: whether the item satisfies it, as far as that can be told. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from conformance.answers import values_at
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
COMPARISONS = frozenset(_COMPARE)


def values(which: Filter, item: Any) -> list[Any]:
    """What a filter looks at in an item, lists member by member; empty where the field is absent."""
    found: list[Any] = []
    for _, value in values_at(item, which.field):
        found += value if isinstance(value, list) else [value]
    return found


def satisfies(which: Filter, item: Any, wanted: str) -> bool | None:
    """Whether an item satisfies a filter with that value; None where it cannot be told.

    A null satisfies `isnull` alone. Of a list that is the field itself one member is enough (`tags`); in a list on the
    way to the field every member counts (`schedules[].started_at`).
    """
    if not which.field or not any(True for _ in values_at(item, which.field)):
        parent = item.get(which.field.partition(".")[0], item) if isinstance(item, dict) else item
        return False if parent is None and which.operator is not Operator.ISNULL else None
    if which.operator is Operator.ISNULL:
        answer = {"true": True, "false": False}.get(wanted.lower())
        return None if answer is None else all(each is None for each in values(which, item)) is answer
    told = [_one(which, each, wanted) for each in values(which, item)]
    if None in told:
        return None
    return all(told) if "[]." in which.field else any(told)


def _one(which: Filter, value: Any, wanted: str) -> bool | None:
    bounded = which.operator in COMPARISONS | {Operator.RANGE}
    if bounded and any(comparable(each) is None for each in wanted.split(",")):
        return None
    if value is None:
        return False
    if which.operator in _COMPARE:
        return _compared(value, wanted, _COMPARE[which.operator])
    if which.operator is Operator.RANGE:
        low, comma, high = wanted.partition(",")
        parts = [_compared(value, low, _COMPARE[Operator.GTE]), _compared(value, high, _COMPARE[Operator.LTE])]
        return None if not comma or None in parts else all(parts)
    if which.operator is Operator.IN:
        return any(_equal(which, value, each.strip()) for each in wanted.split(","))
    return _equal(which, value, wanted)


def _compared(value: Any, wanted: str, holds: Callable[[Any, Any], bool]) -> bool | None:
    one, other = comparable(value), comparable(wanted)
    return holds(one, other) if one is not None and type(one) is type(other) else None


def _equal(which: Filter, value: Any, wanted: str) -> bool:
    """Equality as far as it is documented: descriptions spell one word `SENT` in a filter and `Sent` in a field."""
    if which.by_id_of:
        return last_segment(value) == last_segment(wanted)
    if spelled(value).casefold() == wanted.casefold():
        return True
    one, other = comparable(value), comparable(wanted)
    return one is not None and not isinstance(value, bool) and type(one) is type(other) and one == other


def comparable(value: Any) -> datetime | float | None:
    """A number, or a time with its offset, out of a JSON value or a query parameter; None for anything else."""
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


def last_segment(value: Any) -> str:
    """The id at the end of a link, of an expanded object's `url`, or the id itself."""
    if isinstance(value, dict):
        value = value.get("url", value.get("id"))
    return value.rstrip("/").rpartition("/")[2] if isinstance(value, str) else ""


def spelled(value: Any) -> str:
    """A JSON value as a query parameter spells it; empty for null and what has no spelling.

    The same number is spelt alike whether JSON had it as 1 or as 1.0: a parameter may be an integer.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def asked(filters: tuple[Filter, ...], query: Mapping[str, list[str]]) -> Iterator[tuple[Filter, str]]:
    """The filters of known fields that a query uses, once each, with their values."""
    for which in filters:
        given = query.get(which.parameter, ())
        if which.field and len(given) == 1:
            yield which, given[0]
