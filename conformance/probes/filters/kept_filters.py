"""PAG-05: the links of a small page keep every filter of the request.

One request has as many filters as possible, each with a value that most items satisfy, so that there is a next page.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs

from conformance.applicability.selectors import has_known_filters
from conformance.evidence.filter_semantics import get_filtered_values, is_satisfied, parse_comparable
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Operator, Outcome, ResourceModel, Role, Verdict
from conformance.probes.filters.trials import spell_bound, spell_member
from conformance.probes.responses.plain_reads import whole_list_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_populated_list, report_untested
from conformance.probes.toolkit.pages import ListPage, fail_link_header, parse_page, read_whole_list
from conformance.tools.link_header import BLANK_TARGET

_REQUIREMENT = "PAG-05"
_MAX_FILTERS = 26  # of one request, whose target must not become too long
_MAX_MEMBERS = 8  # of a list of values
_BOUNDED = frozenset({Operator.GTE, Operator.LTE, Operator.RANGE})

Condition = tuple[Filter, str]


def _list_filters(operation: Operation) -> list[Filter]:
    """Return the filters of fields of the items, those by equality last: they leave the fewest items."""
    filters = [f for f in operation.filters if f.field and "[]" not in f.field]
    return sorted(filters, key=lambda query_filter: query_filter.operator is Operator.EQ)


def _has_filtered_pages(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list has filters of known fields, and pages whose size can be chosen."""
    is_sized = operation.pagination is not None and bool(operation.pagination.size)
    return operation.role is Role.LIST and is_sized and has_known_filters(operation, model)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the whole list, and the small page with all filters."""
    reader = choose_reader_kind(operation, model)
    return (*whole_list_needs(operation, model, reader), Need(f"kept filters {operation.key}", identity=reader))


def read_small_page(operation: Operation, subject: Subject) -> Steps[None]:
    """Read one item with all filters that two items satisfy, and look for the filters in the links."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested((_REQUIREMENT,), operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)
    given = {name for name, _ in call.query}
    filters = [query_filter for query_filter in _list_filters(operation) if query_filter.parameter not in given]
    conditions = choose_broad_conditions(filters, [item for _, item in whole.objects], operation)
    if not conditions or operation.pagination is None:
        reason = "no two items seen have values that a filter selects together"
        yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    parameters = ((query_filter.parameter, value) for query_filter, value in conditions)
    request = call.build_request(*parameters, (operation.pagination.size, "1"))
    page = parse_page((yield from send(operation, request)))
    if page.response.is_success:
        yield from _check_links(page, conditions)
    else:
        reason = f"the list with all filters returns {page.response.status}"
        yield judge_case(page.response, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)


def choose_broad_conditions(
    filters: Sequence[Filter], items: Sequence[dict[str, Any]], operation: Operation
) -> list[Condition]:
    """Return filters with values that at least two of the items satisfy together."""
    conditions: list[Condition] = []
    kept = list(items)
    for query_filter in filters:
        value = _choose_broad_value(query_filter, kept, operation)
        remaining = [item for item in kept if value and is_satisfied(query_filter, item, value)]
        if len(remaining) > 1 and len(conditions) < _MAX_FILTERS:
            conditions.append((query_filter, value))
            kept = remaining
    return conditions


def _choose_broad_value(query_filter: Filter, items: Sequence[dict[str, Any]], operation: Operation) -> str:
    """Return the value of a filter that most of the items satisfy; empty where none is known."""
    if query_filter.operator is Operator.ISNULL:
        counts = {word: sum(bool(is_satisfied(query_filter, i, word)) for i in items) for word in ("true", "false")}
        return max(counts, key=lambda word: counts[word])
    values = [v for item in items for v in get_filtered_values(query_filter, item) if v is not None]
    if query_filter.operator in _BOUNDED:
        bounds: list[Any] = [(key, v) for v in values if (key := parse_comparable(v)) is not None]
        if not bounds or len({type(key) for key, _ in bounds}) > 1:
            return ""
        low, high = (spell_bound(choose(bounds, key=lambda pair: pair[0])[1]) for choose in (min, max))
        if query_filter.operator is Operator.RANGE:
            return f"{low},{high}"
        return low if query_filter.operator is Operator.GTE else high
    members = Counter(spell_member(query_filter, value, operation) for value in values)
    usable = [text for text, _ in members.most_common() if text and "," not in text]
    if query_filter.operator is Operator.IN:
        return ",".join(usable[:_MAX_MEMBERS])
    return usable[0] if usable and query_filter.operator is Operator.EQ else ""


def _check_links(page: ListPage, conditions: Sequence[Condition]) -> Iterator[Outcome]:
    """Check that no link lacks a filter; how a link spells the value is not judged here."""
    for rel, link in (("previous", page.previous), ("next", page.next)):
        if link is None or link == BLANK_TARGET:
            continue
        names = parse_qs(link.partition("?")[2].partition("#")[0], keep_blank_values=True).keys()
        lost = [(f.parameter, value) for f, value in conditions if f.parameter not in names]
        for name, value in lost:
            message = f'rel="{rel}" does not keep {name}'
            yield fail_link_header(page.response, _REQUIREMENT, message, expected=f"{name}={value}", actual=link)
        if not lost:
            yield pass_case(page.response, _REQUIREMENT)


PROBES = (
    Probe(
        "kept-filters", (_REQUIREMENT,), _has_filtered_pages, _needs, read_small_page, rank=2, is_unique_way=True,
    ),
)  # fmt: skip
