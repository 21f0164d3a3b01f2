"""PAG: lists come in pages, and links lead through them."""

from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import urlencode

from conformance.applicability.selectors import is_paginated
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.subject import Subject
from conformance.model import Noticed, Operation, Outcome, Pagination, ResourceModel, Verdict
from conformance.probes.expansion.judgements import check_all_items
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.page_judgements import (
    check_ends,
    check_items_once,
    check_kept_parameters,
    check_link_header,
    check_page_length,
    check_walk_back,
    find_ends,
    first_difference,
    report_link_behind_end,
    report_new_order,
)
from conformance.probes.toolkit.pages import ListPage, has_only_empty_pages_after, parse_page, parse_query, walk_pages
from conformance.probes.toolkit.refusals import check_accepted
from conformance.probes.toolkit.repetition import confirm_violations, hold_moved
from conformance.tools.counts import parse_count
from conformance.tools.link_header import BLANK_TARGET

WALK_REQUIREMENTS = (
    "PAG-01",
    "PAG-02",
    "PAG-03",
    "PAG-04",
    "PAG-05",
    "PAG-06",
    "PAG-07",
    "PAG-09",
    "PAG-11",
    "IDS-05",
    "EXP-08",
)
_MAX_PAGES = 8  # of one walk
_PARTS = 3  # pages that a short list is cut into
_MAX_EXPANSIONS = 2  # that a walk carries
_FEW_ITEMS = 4  # items that are walked one by one


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads, and where the size can be chosen the whole list and a walk in small pages."""
    reader = choose_reader_kind(operation, model)
    sized = operation.pagination is not None and bool(operation.pagination.size)
    cuts = (
        (
            Need(f"read {operation.path} whole", identity=reader),
            Need(f"read {operation.path} cut", 2 * _PARTS, reader),
        )
        if sized
        else ()
    )
    return (*plain_read_needs(operation, model, reader), *cuts)


def walk_list(operation: Operation, subject: Subject) -> Steps[None]:
    """Walk the list forth and back, in pages small enough that there are several."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    pagination = operation.pagination
    if isinstance(populated_list, Missing) or pagination is None:
        yield from report_untested(
            WALK_REQUIREMENTS,
            operation,
            populated_list if isinstance(populated_list, Missing) else Missing("not paginated"),
        )
        return
    call, plain = populated_list
    first = parse_page(plain)
    yield from _check_length(first, pagination.default_size, call, subject)
    whole = yield from _read_whole(call, subject)
    yield from check_link_header(plain, find_ends(first, pagination.default_size, pagination, whole))
    forth = yield from _walk_in_parts(call, first, whole, subject)
    for page in forth if forth[0] is not first else forth[1:]:
        yield from check_link_header(page.response, find_ends(page, _read_size(page, pagination), pagination, whole))
    has_void_end = len(forth) > 1 and forth[-1].is_void
    yield from check_ends(forth[:-1] if has_void_end else forth, _MAX_PAGES)
    for page, following in zip_longest(forth, forth[1:]):
        size = _read_size(page, pagination)
        if following is None or not following.is_void or len(page.response.items) < size:
            yield from _check_length(page, size, call, subject)
    if has_void_end:  # the page before it is the last one
        forth = (*forth[:-2], forth[-2]._replace(next=BLANK_TARGET))
    if len(forth) > 1:
        back = yield from walk_pages(forth[-1], call, subject, "previous", len(forth))
        yield from _report_unless_changed(
            call, whole or first, (*check_items_once(forth, whole), *check_walk_back(forth, back))
        )
        yield from _check_before_ignored(call, forth)
    elif first.is_last:
        yield from check_items_once(forth, whole)
    if whole and whole.is_last and forth[-1].is_last:
        yield from _report_unless_changed(call, whole, tuple(_check_same_order(forth, whole)))
    for requirement in WALK_REQUIREMENTS:
        yield judge_case(plain, requirement, Verdict.NOT_APPLICABLE, "the list has only one page at every size tested")


def _report_unless_changed(call: OperationCall, known: ListPage, outcomes: tuple[Outcome, ...]) -> Steps[None]:
    """Yield outcomes; violations among them only if a second read shows that the list did not change."""
    if all(outcome.verdict is Verdict.PASS for outcome in outcomes):
        yield from outcomes
        return
    again = parse_page(
        (yield from send(call.operation, call.build_request_to(known.response.exchange.request.target, fresh=True)))
    )
    if again.keys == known.keys:
        yield from outcomes
    elif sorted(again.keys) == sorted(known.keys):
        yield report_new_order((known.response, known.keys), (again.response, again.keys))
    else:
        message = "the list changed during the walk, so the walk was not judged"
        yield Noticed("volatile-field", message, call.operation.key)
        yield from hold_moved(outcomes, message, again.response)


def _check_before_ignored(call: OperationCall, forth: tuple[ListPage, ...]) -> Steps[None]:
    """Check that a page does not change when its cursor is also given as the one to go backwards (PAG-07)."""
    pagination, second = call.operation.pagination, forth[1]
    query = parse_query(second.response)
    if pagination is None or not pagination.before or pagination.after not in query or pagination.before in query:
        return
    more = urlencode({pagination.before: query[pagination.after][0]})
    target = second.response.exchange.request.target
    response = yield from send(call.operation, call.build_request_to(f"{target}&{more}"))
    if response.is_success and parse_page(response).keys == second.keys:
        yield pass_case(response, "PAG-07")
        return
    again = yield from send(call.operation, call.build_request_to(target, fresh=True))
    if parse_page(again).keys == second.keys:
        yield fail_case(
            response,
            "PAG-07",
            f"{pagination.before} is not ignored when {pagination.after} is given",
            expected=quote_json(second.keys[:3]),
            actual=quote_json(parse_page(response).keys[:3]) if response.is_success else str(response.status),
            pointer=f"query:{pagination.before}",
            also=(second.response,),
        )


def _read_size(page: ListPage, pagination: Pagination) -> int:
    """Return the page size that a request asks for, the default one where it asks for none."""
    text = parse_query(page.response).get(pagination.size, [""])[0]
    size = parse_count(text)
    return pagination.default_size if size is None else size


def _check_length(page: ListPage, size: int, call: OperationCall, subject: Subject) -> Steps[None]:
    """Judge PAG-02; where only empty pages follow a short page, its link to them violates PAG-01 instead.

    A full last page may link to an empty one: who has served that many items need not know whether there are more.
    """
    if len(page.response.items) < size and (yield from has_only_empty_pages_after(page, call, subject)):
        yield report_link_behind_end(page)
    else:
        yield from check_page_length(page, size)


def _read_whole(call: OperationCall, subject: Subject) -> Steps[ListPage | None]:
    """Return the list on one page as large as allowed; None where the size cannot be chosen."""
    pagination = call.operation.pagination
    if pagination is None or not pagination.size:
        return None
    response = yield from send(call.operation, call.build_request((pagination.size, str(pagination.max_size))))
    yield from check_accepted(response, "PAG-06", f"a page size of {pagination.max_size}", f"query:{pagination.size}")
    if not response.is_success or not response.has_list:
        return None
    page = parse_page(response)
    yield from _check_length(page, pagination.max_size, call, subject)
    return page


def _walk_in_parts(
    call: OperationCall, first: ListPage, whole: ListPage | None, subject: Subject
) -> Steps[tuple[ListPage, ...]]:
    """Walk the list in several pages, with `expand`: in thirds of the whole list, or one by one if there are few items.

    Where the size cannot be chosen, or no page with the whole list is known, the pages have the default size.
    """
    pagination = call.operation.pagination
    if pagination is None or not pagination.size or whole is None:
        return (yield from walk_pages(first, call, subject, "next", _MAX_PAGES))
    count = len(whole.keys)
    if count < 2:
        return (first,)
    size = -(-count // _PARTS) if count > _FEW_ITEMS else 1
    resolvable = [candidate for candidate in call.operation.first_expansions if candidate.resolvable]
    expansions = tuple(resolvable[:_MAX_EXPANSIONS])
    more = tuple(("expand", expansion.path) for expansion in expansions)
    response = yield from send(call.operation, call.build_request((pagination.size, str(size)), *more))
    if not response.is_success:
        if not expansions:
            yield from check_accepted(response, "PAG-06", f"a page size of {size}", f"query:{pagination.size}")
        return (first,)
    if not response.has_list:
        yield judge_case(response, "PAG-03", Verdict.INCONCLUSIVE, "a page is not a list; RSP-03 reports it")
        return (first,)
    forth = yield from walk_pages(parse_page(response), call, subject, "next", _MAX_PAGES if whole.is_last else _PARTS)
    for page in forth:
        yield from check_kept_parameters(page, parse_query(response), subject, pagination)
        yield from check_all_items(page.response, expansions)
    return forth


def _check_same_order(forth: tuple[ListPage, ...], whole: ListPage) -> Iterator[Outcome]:
    """Check that the page size changes neither the items nor their order (PAG-11)."""
    keys = tuple(key for page in forth for key in page.keys)
    if keys == whole.keys:
        yield pass_case(whole.response, "PAG-11")
        return
    index = first_difference(keys, whole.keys)
    yield fail_case(
        whole.response,
        "PAG-11",
        f"small and large pages disagree from item {index} on",
        expected=quote_json(whole.keys[index : index + 1]),
        actual=quote_json(keys[index : index + 1]),
        also=tuple(page.response for page in forth),
    )


PROBES = (Probe("pagination", WALK_REQUIREMENTS, is_paginated, _needs, confirm_violations(walk_list)),)
