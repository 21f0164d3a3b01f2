"""Filters of lists: values taken from items that were seen, pairs that divide a list in two, and bad values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.model import Filter, Operation, Operator
from strategies.near_misses import NearMiss
from strategies.timestamps import bad_timestamps

Item = Mapping[str, Any]
Pair = tuple[str, str]  # name and value of a query parameter, not percent-encoded

_COMPLEMENTS: Mapping[Operator, Operator] = MappingProxyType({Operator.GTE: Operator.LT, Operator.LTE: Operator.GT})


def filter_values(which: Filter, items: Iterable[Item]) -> tuple[str, ...]:
    """Values of a filter that seen items suggest, each once, in the order seen.

    For comparisons the values of the field itself, so that each is a boundary; for `in` and `range` pairs of them,
    comma between; for `isnull` both answers. Links give the id at their end where the filter takes ids.

    >>> filter_values(Filter("created_at__gte", Operator.GTE, "created_at"), client.get("/evses").json())
    """
    if which.operator is Operator.ISNULL:
        return ("true", "false")
    seen = list(dict.fromkeys(_seen(which, items)))
    if which.operator is Operator.IN:
        return (*seen, *(f"{one},{other}" for one, other in pairwise(seen)))
    if which.operator is Operator.RANGE:
        return tuple(f"{low},{high}" for low, high in pairwise(sorted(seen)))
    return tuple(seen)


def filters(operation: Operation, items: Sequence[Item], *, max_size: int = 2) -> st.SearchStrategy[tuple[Pair, ...]]:
    """Query parameters that filter a list by values of seen items, several at once, each parameter once.

    An operation that has no filter for which the items hold a value is refused.

    >>> @given(query=filters(operation, client.get("/charging_sessions").json()))
    ... def test_a_filtered_list_is_part_of_the_whole(query): client.get("/charging_sessions", params=query)
    """
    values = {which.parameter: filter_values(which, items) for which in operation.filters}
    usable = [st.tuples(st.just(name), st.sampled_from(found)) for name, found in values.items() if found]
    if not usable:
        raise InvalidArgument(f"{operation.key} has no filter that {len(items)} items hold a value for")
    return st.lists(st.one_of(usable), min_size=1, max_size=max_size, unique_by=lambda pair: pair[0]).map(tuple)


def partitions(operation: Operation, items: Iterable[Item]) -> tuple[tuple[Pair, Pair], ...]:
    """Pairs of filters that divide a list in two without rest: `gte` and `lt`, `lte` and `gt`, null and not.

    A null field is in neither half of a comparison. Values are taken from seen items.
    """
    return tuple(_partitions(operation, list(items)))


def bad_filter_values(operation: Operation, which: Filter) -> tuple[NearMiss, ...]:
    """Values that a filter must refuse by the schema of its parameter, by class; none where any string will do."""
    parameter = operation.parameter(which.parameter)
    schema = parameter.schema if parameter else {}
    if schema.get("format") == "date-time":
        return bad_timestamps("2024-01-01T00:00:00Z")
    if schema.get("type") in {"integer", "number"}:
        return (NearMiss("text", "many"), NearMiss("empty-exponent", "1e"), NearMiss("other-digits", "\u0661"))
    return (NearMiss("no-boolean", "perhaps"),) if schema.get("type") == "boolean" else ()


def _partitions(operation: Operation, items: Sequence[Item]) -> Iterator[tuple[Pair, Pair]]:
    for which, other in product(operation.filters, repeat=2):
        same = which.field and which.field == other.field
        if same and _COMPLEMENTS.get(which.operator) is other.operator:
            values = filter_values(which, items)
            yield from (((which.parameter, value), (other.parameter, value)) for value in values)
    for which in operation.filters:
        if which.operator is Operator.ISNULL:
            yield (which.parameter, "true"), (which.parameter, "false")


def _seen(which: Filter, items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        for value in _at(item, which.field.split(".")) if which.field else ():
            text = _text(value)
            if text:
                yield text.rstrip("/").rpartition("/")[2] if which.by_id_of else text


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _text(value: Any) -> str:
    """A JSON value as a query parameter spells it; empty for null and what has no spelling."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
