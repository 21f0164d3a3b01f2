"""FLT-06: `ordering` orders a list, and a leading `-` reverses it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from conformance.applicability.selectors import has_known_filters, has_ordering
from conformance.evidence.filter_semantics import parse_comparable
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse, find_values
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, ResourceModel, Verdict
from conformance.probes.filters.trials import FilterTrial, choose_trials
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.pages import ListPage, discard_outcomes, item_key, parse_page, walk_pages
from conformance.probes.toolkit.refusals import check_accepted
from conformance.probes.toolkit.repetition import confirm_violations


def _list_orders(operation: Operation) -> tuple[tuple[str, bool], ...]:
    """Return each field of an ordering, rising and, where that is documented, falling (True)."""
    known = operation.ordering
    if known is None:
        return ()
    return tuple((field, down) for field in known.fields for down in (False, True) if known.reversible or not down)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads and one read of each order, of two pages where it is halved."""
    reader = choose_reader_kind(operation, model)
    orders = [down for _, down in _list_orders(operation)]
    if has_known_filters(operation, model):
        orders.append(_is_reversible(operation))
    count = sum(1 + _is_halved(operation, down=down) for down in orders)
    ordered_reads = Need(f"read {operation.path} ordered", count, reader)
    return (*plain_read_needs(operation, model, reader), ordered_reads)


def _is_reversible(operation: Operation) -> bool:
    """Return whether an order may be requested reversed."""
    return operation.ordering is not None and operation.ordering.reversible


def _is_halved(operation: Operation, *, down: bool) -> bool:
    """Return whether an order is requested in two pages, as a falling one is.

    The list as a whole must be ordered, not each page by itself.
    """
    return down and operation.pagination is not None and bool(operation.pagination.size)


def _to_text(value: Any) -> str:
    """Return a value as text."""
    return str(value)


def _to_folded_text(value: Any) -> str:
    """Return a value as text without case."""
    return str(value).casefold()


def _to_letters(value: Any) -> str:
    """Return the letters and digits of a value without case."""
    return "".join(character for character in str(value).casefold() if character.isalnum())


# The collation of text is the server's own: with or without case, with or without punctuation (UTS #10).
COLLATIONS: tuple[Callable[[Any], Any], ...] = (_to_text, _to_folded_text, _to_letters)


def is_in_order(values: list[Any], *, down: bool) -> bool:
    """Return whether values rise (or fall, with `down`), equal ones side by side; text by any usual collation."""
    comparables = [parse_comparable(value) for value in values]
    types = {type(value) for value in comparables}
    key_lists = (
        [comparables]
        if len(types) == 1 and type(None) not in types
        else [[fold(v) for v in values] for fold in COLLATIONS]
    )
    return any(all((b <= a) if down else (a <= b) for a, b in pairwise(keys)) for keys in key_lists)


def check_ordering(operation: Operation, subject: Subject) -> Steps[None]:
    """Request each documented order: rising on one page as large as allowed, falling across two pages."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested(("FLT-06",), operation, populated_list)
        return
    call, plain = populated_list
    for field, down in _list_orders(operation):
        size = -(-len(plain.items) // 2) if _is_halved(operation, down=down) else 0
        pages = yield from _read_ordered(call, field, size, subject, down=down)
        yield from _judge_order(pages, field, down=down)
    yield from _order_filtered_list(call, plain, subject)
    reason = "the items have fewer than two different values to order by"
    yield judge_case(plain, "FLT-06", Verdict.NOT_APPLICABLE, reason)


def _read_ordered(
    call: OperationCall, field: str, size: int, subject: Subject, *filters: tuple[str, str], down: bool
) -> Steps[list[OperationResponse]]:
    """Read the list in an order, in two pages of `size` items; 0 for one page of the largest size."""
    known, pagination = call.operation.ordering, call.operation.pagination
    sized = ((pagination.size, str(size or pagination.max_size)),) if pagination and pagination.size else ()
    order = (known.parameter if known else "", f"-{field}" if down else field)
    response = yield from send(call.operation, call.build_request(order, *filters, *sized))
    pages: tuple[ListPage, ...] = (parse_page(response),)
    if size and response.is_success:
        pages = yield from discard_outcomes(walk_pages(pages[0], call, subject, "next", 2))
    return [page.response for page in pages]


def _order_filtered_list(call: OperationCall, plain: OperationResponse, subject: Subject) -> Steps[None]:
    """Request an order, reversed where that is documented, of the list that a filter leaves."""
    down = _is_reversible(call.operation)
    choice = _choose_filtered_order(plain, {name for name, _ in call.query}, subject.model)
    if choice is None:
        return
    field, trial = choice
    size = -(-len(trial.matching) // 2) if _is_halved(call.operation, down=down) else 0
    pages = yield from _read_ordered(call, field, size, subject, trial.parameter, down=down)
    if pages[0].is_success:
        yield from _judge_order(pages, field, down=down, filtered_by=trial.query_filter.parameter)


def _choose_filtered_order(
    plain: OperationResponse, required: set[str], model: ResourceModel
) -> tuple[str, FilterTrial] | None:
    """Return a field to order by and the filter that leaves most different values of it, two at least."""
    choices = [
        (len(_find_values_of(plain, field, trial.matching)), field, trial)
        for field, _ in _list_orders(plain.operation)
        for trial in choose_trials(plain, model)
        if trial.query_filter.parameter not in required and trial.excluded
    ]
    count, field, trial = max(choices, key=lambda choice: choice[0], default=(0, "", None))
    return (field, trial) if trial is not None and count > 1 else None


def _find_values_of(plain: OperationResponse, field: str, keys: Sequence[str]) -> set[str]:
    """Return the different values of a field in the items with these keys."""
    items = [item for _, item in plain.objects if item_key(item, plain.operation) in keys]
    return {str(value) for item in items for _, value in find_values(item, field) if value is not None}


def _judge_order(
    pages: Sequence[OperationResponse], field: str, *, down: bool, filtered_by: str = ""
) -> Iterator[Outcome]:
    """Judge FLT-06 for the pages of one order."""
    order = f"{'-' if down else ''}{field}"
    if not pages[0].is_success:
        yield from check_accepted(pages[0], "FLT-06", f"the documented order {order}")
        return
    places = [
        (page, at, value)
        for page in pages
        for where, item in page.objects
        for at, value in find_values(item, field, where)
        if isinstance(value, str | int | float)  # nulls may come first or last
    ]
    values = [value for *_, value in places]
    if len({str(value) for value in values}) < 2:
        return
    if is_in_order(values, down=down):
        yield pass_case(pages[-1], "FLT-06")
        return
    index = next(i for i in range(2, len(values) + 1) if not is_in_order(values[:i], down=down)) - 1
    page, pointer, _ = places[index]
    yield fail_case(
        page,
        "FLT-06",
        f"the list{filtered_by and f' filtered by {filtered_by}'} is not in the order {order}",
        expected=f"{field} {'falling' if down else 'rising'}",
        actual=quote_json(values[max(0, index - 1) : index + 1]),
        pointer=pointer,
        also=tuple(other_page for other_page in pages if other_page is not page),
    )


PROBES = (Probe("ordering", ("FLT-06",), has_ordering, _needs, confirm_violations(check_ordering), rank=2),)
