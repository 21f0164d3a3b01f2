"""Filters of lists: values taken from listed items, pairs that divide a list in two, and bad values."""

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


def filter_values(list_filter: Filter, items: Iterable[Item]) -> tuple[str, ...]:
    """Return the values of a filter that listed items suggest, each once, in the order of the items.

    A comparison gets the values of its field, so that each is a boundary; `in` and `range` get pairs of them with a
    comma between; `isnull` gets true and false. If the filter takes ids, a link gives the id at its end.

    >>> filter_values(Filter("power__in", Operator.IN, "power"), [{"power": 7}, {"power": 11}])
    ('7', '11', '7,11')
    """
    if list_filter.operator is Operator.ISNULL:
        return ("true", "false")
    seen = list(dict.fromkeys(_iterate_values(list_filter, items)))
    if list_filter.operator is Operator.IN:
        return (*seen, *(f"{first},{second}" for first, second in pairwise(seen)))
    if list_filter.operator is Operator.RANGE:
        return tuple(f"{low},{high}" for low, high in pairwise(sorted(seen)))
    return tuple(seen)


def filters(operation: Operation, items: Sequence[Item], *, max_size: int = 2) -> st.SearchStrategy[tuple[Pair, ...]]:
    """Return a strategy for query parameters that filter a list by values of listed items.

    A draw has up to `max_size` filters, each parameter once. Raises InvalidArgument if the items hold no value for any
    filter.

    In a test of your own::

        @given(query=filters(operation, client.get("/charging_sessions").json()))
        def test_a_filtered_list_is_part_of_the_whole(query):
            client.get("/charging_sessions", params=query)
    """
    values = {list_filter.parameter: filter_values(list_filter, items) for list_filter in operation.filters}
    usable = [st.tuples(st.just(name), st.sampled_from(choices)) for name, choices in values.items() if choices]
    if not usable:
        raise InvalidArgument(f"{operation.key} has no filter with a value in the {len(items)} items")
    return st.lists(st.one_of(usable), min_size=1, max_size=max_size, unique_by=lambda pair: pair[0]).map(tuple)


def partitions(operation: Operation, items: Iterable[Item]) -> tuple[tuple[Pair, Pair], ...]:
    """Return pairs of filters that divide a list in two: `gte` and `lt`, `lte` and `gt`, null and not null.

    An item whose field is null is in neither half of a comparison. Values are taken from listed items.
    """
    return tuple(_iterate_partitions(operation, list(items)))


def bad_filter_values(operation: Operation, list_filter: Filter) -> tuple[NearMiss, ...]:
    """Return the values that a filter must refuse by its schema, by class; none if any string is valid."""
    parameter = operation.find_parameter(list_filter.parameter)
    schema = parameter.schema if parameter else {}
    if schema.get("format") == "date-time":
        return bad_timestamps("2024-01-01T00:00:00Z")
    if schema.get("type") in {"integer", "number"}:
        return (NearMiss("text", "many"), NearMiss("empty-exponent", "1e"), NearMiss("other-digits", "\u0661"))
    return (NearMiss("no-boolean", "perhaps"),) if schema.get("type") == "boolean" else ()


def _iterate_partitions(operation: Operation, items: Sequence[Item]) -> Iterator[tuple[Pair, Pair]]:
    for first, second in product(operation.filters, repeat=2):
        same_field = first.field and first.field == second.field
        if same_field and _COMPLEMENTS.get(first.operator) is second.operator:
            values = filter_values(first, items)
            yield from (((first.parameter, value), (second.parameter, value)) for value in values)
    for list_filter in operation.filters:
        if list_filter.operator is Operator.ISNULL:
            yield (list_filter.parameter, "true"), (list_filter.parameter, "false")


def _iterate_values(list_filter: Filter, items: Iterable[Item]) -> Iterator[str]:
    """Yield the values that the items have for a filter, as a query parameter spells them."""
    for item in items:
        for value in _walk_path(item, list_filter.field.split(".")) if list_filter.field else ():
            text = _text(value)
            if text:
                yield text.rstrip("/").rpartition("/")[2] if list_filter.by_id_of else text


def _walk_path(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield every value at a path, through lists."""
    if isinstance(value, list):
        for member in value:
            yield from _walk_path(member, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _walk_path(value[path[0]], path[1:])


def _text(value: Any) -> str:
    """Return a JSON value as a query parameter spells it; empty for null, objects and lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
