"""FLT-02: a filtered list of the traffic shows every item of the whole list that satisfies its filters. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.evidence.filter_semantics import (
    find_used_filters,
    format_query_value,
    get_filtered_values,
    is_satisfied,
)
from conformance.evidence.outcomes import pass_case
from conformance.model import Filter
from conformance.probes.filters.results import build_result, find_missing_items
from conformance.probes.filters.trials import FilterTrial
from conformance.probes.toolkit.pages import item_key
from conformance.traffic.relations.comparisons import Comparison
from conformance.traffic.relations.reads import Context, Query, Reads
from conformance.traffic.relations.walks import Walk

Items = Mapping[str, Any]


def compare_filters(walks: Iterable[Walk], reads: Reads) -> Iterator[Comparison]:
    """Yield the comparisons of each filtered list with the whole list, before and after it."""
    whole: dict[tuple[str, Context, Query], list[Walk]] = defaultdict(list)
    filtered: list[tuple[Walk, tuple[tuple[Filter, str], ...], Query]] = []
    for walk in walks:
        used, rest = _split_selection(walk)
        whole[walk.place].append(walk)
        if used and walk.is_whole:
            filtered.append((walk, used, rest))
    for walk, used, rest in filtered:
        references = whole.get((walk.reads[0].path, walk.reads[0].context, rest), [])
        yield from _judge(walk, used, references, reads)
        for judged in (walk, *references):
            judged.release()


def _split_selection(walk: Walk) -> tuple[tuple[tuple[Filter, str], ...], Query]:
    """Return the filters of a walk whose meaning is known, and the rest of its query."""
    query: dict[str, list[str]] = defaultdict(list)
    for name, value in walk.selection:
        query[name].append(value)
    operation = walk.reads[0].operation
    required = {parameter.name for parameter in operation.parameters if parameter.required}
    used = tuple(
        (condition, value)
        for condition, value in find_used_filters(operation.filters, query)
        if condition.parameter not in required
    )
    names = {condition.parameter for condition, _ in used}
    return used, tuple(pair for pair in walk.selection if pair[0] not in names)


def _judge(
    walk: Walk, used: tuple[tuple[Filter, str], ...], references: list[Walk], reads: Reads
) -> Iterator[Comparison]:
    """Judge one filtered list by the whole list nearest in time; items count that stand there before and after."""
    before = next((other for other in reversed(references) if other.ended <= walk.began), None)
    after = next((other for other in references if other.began >= walk.ended), None)
    around = [other for other in (before, after) if other is not None]
    if not around or any("[]" in condition.field for condition, _ in used):
        return
    nearest = min(around, key=lambda other: abs(other.began - walk.began))
    if reads.has_write(min(nearest.began, walk.began), max(nearest.ended, walk.ended)):
        return
    known = [_list_items(other) for other in around]
    matching = [_find_matching(items, used) for items in known]
    if matching[0] is None or matching[-1] is None:
        return
    nearby = set(matching[around.index(nearest)] or ())
    lasting = set(matching[0]).intersection(*(keys or () for keys in matching))
    shown = set(walk.keys)
    is_framed = len(around) > 1 and bool(lasting - shown)
    expected = sorted(lasting if is_framed else nearby)
    condition, value = used[0]
    trial = FilterTrial(condition, value, tuple(expected), ())
    result = build_result(trial, walk.pages, tuple((other.parameter, text) for other, text in used[1:]))
    is_near = reads.are_near(nearest.began, walk.began)
    suspects = list(find_missing_items(result)) if result.is_complete else []
    for key, outcome in suspects:
        yield Comparison(outcome, condition.parameter, key, is_framed, is_near)
    if not suspects and expected:
        yield Comparison(pass_case(result.response, "FLT-02"), condition.parameter, walk.reads[0].path)


def _list_items(walk: Walk) -> Items:
    operation = walk.reads[0].operation
    return {item_key(item, operation): item for page in walk.pages for _, item in page.response.objects}


def _differs_in_case(condition: Filter, item: Any, value: str) -> bool:
    """Return whether a value of an item is that of the filter but for the case of letters, which may matter or not."""
    texts = {format_query_value(one) for one in get_filtered_values(condition, item)}
    return any(text != value and text.casefold() == value.casefold() for text in texts)


def _find_matching(items: Items, used: tuple[tuple[Filter, str], ...]) -> list[str] | None:
    """Return the keys of the items that satisfy all filters; None where the description does not decide."""
    matching = []
    for key, item in items.items():
        results = [is_satisfied(condition, item, value) for condition, value in used]
        if None in results or any(_differs_in_case(condition, item, value) for condition, value in used):
            return None
        if all(results):
            matching.append(key)
    return matching
