"""PAG: lists come in pages, and links lead through them."""

from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import urlencode

from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.subject import Subject
from conformance.model import Noticed, Operation, Outcome, ResourceModel, Verdict
from conformance.probes.expansion.judgements import all_items
from conformance.probes.responses.plain_reads import is_paginated, plain_read
from conformance.probes.toolkit.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, populated, untested
from conformance.probes.toolkit.pages import (  # fmt: skip
    Page,
    beyond_the_end,
    ends,
    filled,
    followed_by_nothing,
    keeps,
    linked,
    once_each,
    page_of,
    parting,
    query_of,
    report_new_order,
    same_back,
    walk,
)
from conformance.probes.toolkit.refusals import accepted

WALK = ("PAG-01", "PAG-02", "PAG-03", "PAG-04", "PAG-05", "PAG-06", "PAG-07", "PAG-09", "PAG-11", "IDS-05", "EXP-08")
_MAX_PAGES = 8  # of one walk
_PARTS = 3  # pages that a short list is cut into
_FEW_ITEMS = 4  # items that are walked one by one


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads, and where the size can be chosen the whole list and a walk in small pages."""
    sized = operation.pagination is not None and bool(operation.pagination.size)
    cuts = (
        (
            Need(f"read {operation.path} whole", identity=SPARE),
            Need(f"read {operation.path} cut", 2 * _PARTS, SPARE),
        )
        if sized
        else ()
    )
    return (*plain_read(operation, model, SPARE), *cuts)


def pages(operation: Operation, subject: Subject) -> Steps[None]:
    """Walk the list forth and back, in pages small enough that there are several."""
    populated_list = yield from populated(operation, subject, subject.spare)
    pagination = operation.pagination
    if isinstance(populated_list, Missing) or pagination is None:
        yield from untested(
            WALK, operation, populated_list if isinstance(populated_list, Missing) else Missing("not paginated")
        )
        return
    call, plain = populated_list
    first = page_of(plain)
    yield from linked(plain)
    yield from _check_length(first, pagination.default_size, call, subject)
    whole = yield from _read_whole(call, subject)
    forth = yield from _walk_in_parts(call, first, whole, subject)
    for page in forth[1:]:
        yield from linked(page.answer)
    yield from ends(forth, _MAX_PAGES)
    for page, following in zip_longest(forth, forth[1:]):
        if following is None or not following.void:
            size = query_of(page.answer).get(pagination.size, [""])[0]
            yield from _check_length(page, int(size) if size.isdecimal() else pagination.default_size, call, subject)
        else:
            yield beyond_the_end(page)
    forth = forth[:-1] if len(forth) > 1 and forth[-1].void else forth
    if len(forth) > 1:
        back = yield from walk(forth[-1], call, subject, "previous", len(forth))
        yield from _unless_changed(call, whole or first, (*once_each(forth, whole), *same_back(forth, back)))
        yield from _check_before_ignored(call, forth)
    elif first.last:
        yield from once_each(forth, whole)
    if whole and whole.last and forth[-1].last:
        yield from _unless_changed(call, whole, tuple(_check_same_order(forth, whole)))
    for requirement in WALK:
        yield observed(plain, requirement, Verdict.NOT_APPLICABLE, "the list has only one page at every size tested")


def _unless_changed(call: Call, known: Page, outcomes: tuple[Outcome, ...]) -> Steps[None]:
    """Yield outcomes; violations among them only if a second read shows that the list did not change."""
    if all(outcome.verdict is Verdict.PASS for outcome in outcomes):
        yield from outcomes
        return
    again = page_of((yield from ask(call.operation, call.at(known.answer.exchange.request.target, fresh=True))))
    if again.keys == known.keys:
        yield from outcomes
    elif sorted(again.keys) == sorted(known.keys):
        yield report_new_order((known.answer, known.keys), (again.answer, again.keys))
    else:
        message = "the list changed during the walk, so the walk was not judged"
        yield Noticed("volatile-field", message, call.operation.key)


def _check_before_ignored(call: Call, forth: tuple[Page, ...]) -> Steps[None]:
    """Check that a page does not change when its cursor is also given as the one to go backwards (PAG-07)."""
    pagination, second = call.operation.pagination, forth[1]
    query = query_of(second.answer)
    if pagination is None or not pagination.before or pagination.after not in query or pagination.before in query:
        return
    more = urlencode({pagination.before: query[pagination.after][0]})
    target = second.answer.exchange.request.target
    response = yield from ask(call.operation, call.at(f"{target}&{more}"))
    if response.ok and page_of(response).keys == second.keys:
        yield passed(response, "PAG-07")
        return
    again = yield from ask(call.operation, call.at(target, fresh=True))
    if page_of(again).keys == second.keys:
        yield violated(
            response,
            "PAG-07",
            f"{pagination.before} is not ignored when {pagination.after} is given",
            expected=quote(second.keys[:3]),
            actual=quote(page_of(response).keys[:3]) if response.ok else str(response.status),
            pointer=f"query:{pagination.before}",
            also=(second.answer,),
        )


def _check_length(page: Page, size: int, call: Call, subject: Subject) -> Steps[None]:
    """Judge PAG-02; where only empty pages follow a short page, its link to them violates PAG-01 instead."""
    if len(page.answer.items) < size and (yield from followed_by_nothing(page, call, subject)):
        yield beyond_the_end(page)
    else:
        yield from filled(page, size)


def _read_whole(call: Call, subject: Subject) -> Steps[Page | None]:
    """Return the list on one page as large as allowed; None where the size cannot be chosen."""
    pagination = call.operation.pagination
    if pagination is None or not pagination.size:
        return None
    response = yield from ask(call.operation, call.request((pagination.size, str(pagination.max_size))))
    yield from accepted(response, "PAG-06", f"a page size of {pagination.max_size}", f"query:{pagination.size}")
    if not response.ok or not response.listed:
        return None
    page = page_of(response)
    yield from _check_length(page, pagination.max_size, call, subject)
    return page


def _walk_in_parts(call: Call, first: Page, whole: Page | None, subject: Subject) -> Steps[tuple[Page, ...]]:
    """Walk the list in several pages, with `expand`: in thirds of the whole list, or one by one if there are few items.

    Where the size cannot be chosen, or no page with the whole list is known, the pages have the default size.
    """
    pagination = call.operation.pagination
    if pagination is None or not pagination.size or whole is None:
        return (yield from walk(first, call, subject, "next", _MAX_PAGES))
    count = len(whole.keys)
    if count < 2:
        return (first,)
    size = -(-count // _PARTS) if count > _FEW_ITEMS else 1
    expansion = next((candidate for candidate in call.operation.first_expansions if candidate.resolvable), None)
    more = (("expand", expansion.path),) if expansion else ()
    response = yield from ask(call.operation, call.request((pagination.size, str(size)), *more))
    if not response.ok:
        if not expansion:
            yield from accepted(response, "PAG-06", f"a page size of {size}", f"query:{pagination.size}")
        return (first,)
    if not response.listed:
        yield observed(response, "PAG-03", Verdict.INCONCLUSIVE, "a page is not a list; RSP-03 reports it")
        return (first,)
    forth = yield from walk(page_of(response), call, subject, "next", _MAX_PAGES if whole.last else _PARTS)
    for page in forth:
        yield from keeps(page, query_of(response), subject, pagination)
        if expansion:
            yield from all_items(page.answer, (expansion,))
    return forth


def _check_same_order(forth: tuple[Page, ...], whole: Page) -> Iterator[Outcome]:
    """Check that the page size changes neither the items nor their order (PAG-11)."""
    keys = tuple(key for page in forth for key in page.keys)
    if keys == whole.keys:
        yield passed(whole.answer, "PAG-11")
        return
    index = parting(keys, whole.keys)
    yield violated(
        whole.answer,
        "PAG-11",
        f"small and large pages disagree from item {index} on",
        expected=quote(whole.keys[index : index + 1]),
        actual=quote(keys[index : index + 1]),
        also=tuple(page.answer for page in forth),
    )


PROBES = (Probe("pagination", WALK, is_paginated, _needs, pages),)
