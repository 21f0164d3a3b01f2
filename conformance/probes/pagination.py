"""PAG: lists come in pages, and links lead through them."""

from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import urlencode

from conformance.judging import observed, passed, quote, violated
from conformance.model import Noticed, Operation, Outcome, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, populated, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.expanded import all_items
from conformance.probes.paging import (
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
    same_back,
    walk,
)  # fmt: skip
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import accepted
from conformance.subject import Subject

WALK = ("PAG-01", "PAG-02", "PAG-03", "PAG-04", "PAG-05", "PAG-06", "PAG-07", "PAG-09", "PAG-11", "IDS-05", "EXP-08")
_PAGES = 8  # followed in one walk
_PARTS = 3  # pages that a short list is cut into
_FEW = 4  # items that are walked one by one


def _paginated(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and operation.pagination is not None


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
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
    found = yield from populated(operation, subject, subject.spare)
    pagination = operation.pagination
    if isinstance(found, Missing) or pagination is None:
        yield from untested(WALK, operation, found if isinstance(found, Missing) else Missing("not paginated"))
        return
    call, plain = found
    first = page_of(plain)
    yield from linked(plain)
    yield from _filled(first, pagination.default_size, call, subject)
    whole = yield from _whole(call, subject)
    there = yield from _cut(call, first, whole, subject)
    for page in there[1:]:
        yield from linked(page.answer)
    yield from ends(there, _PAGES)
    for page, following in zip_longest(there, there[1:]):
        if following is None or not following.void:
            asked = query_of(page.answer).get(pagination.size, [""])[0]
            yield from _filled(page, int(asked) if asked.isdecimal() else pagination.default_size, call, subject)
        else:
            yield beyond_the_end(page)
    there = there[:-1] if len(there) > 1 and there[-1].void else there
    if len(there) > 1:
        back = yield from walk(there[-1], call, subject, "previous", len(there))
        yield from _unless_changed(call, whole or first, (*once_each(there, whole), *same_back(there, back)))
        yield from _before_ignored(call, there)
    elif first.last:
        yield from once_each(there, whole)
    if whole and whole.last and there[-1].last:
        yield from _unless_changed(call, whole, tuple(_same_order(there, whole)))
    for requirement in WALK:
        yield observed(plain, requirement, Verdict.NOT_APPLICABLE, "the list has one page at every size tried")


def _unless_changed(call: Call, known: Page, outcomes: tuple[Outcome, ...]) -> Steps[None]:
    """The outcomes; the violations among them only where the list reads as before."""
    if all(each.verdict is Verdict.PASS for each in outcomes):
        yield from outcomes
        return
    again = page_of((yield from ask(call.operation, call.at(known.answer.exchange.request.target, fresh=True))))
    if again.keys == known.keys:
        yield from outcomes
    elif sorted(again.keys) == sorted(known.keys):
        yield _reordered(known, again)
    else:
        message = "the list changed while it was walked; what the walk showed is left out"
        yield Noticed("volatile-field", message, call.operation.key)


def _reordered(known: Page, again: Page) -> Outcome:
    """PAG-09: nothing came or went, and yet the order is another one."""
    index = parting(known.keys, again.keys)
    return violated(
        again.answer,
        "PAG-09",
        "two reads of one list have another order",
        expected=quote(known.keys[index : index + 2]),
        actual=quote(again.keys[index : index + 2]),
        also=(known.answer,),
    )


def _before_ignored(call: Call, there: tuple[Page, ...]) -> Steps[None]:
    """PAG-07: the second page stays what it is when the cursor that leads to it is given backwards too."""
    pagination, second = call.operation.pagination, there[1]
    asked = query_of(second.answer)
    if pagination is None or not pagination.before or pagination.after not in asked or pagination.before in asked:
        return
    more = urlencode({pagination.before: asked[pagination.after][0]})
    target = second.answer.exchange.request.target
    answer = yield from ask(call.operation, call.at(f"{target}&{more}"))
    if answer.ok and page_of(answer).keys == second.keys:
        yield passed(answer, "PAG-07")
        return
    again = yield from ask(call.operation, call.at(target, fresh=True))
    if page_of(again).keys == second.keys:
        yield violated(
            answer,
            "PAG-07",
            f"{pagination.before} is not ignored when {pagination.after} is given",
            expected=quote(second.keys[:3]),
            actual=quote(page_of(answer).keys[:3]) if answer.ok else str(answer.status),
            pointer=f"query:{pagination.before}",
            also=(second.answer,),
        )


def _filled(page: Page, size: int, call: Call, subject: Subject) -> Steps[None]:
    """PAG-02; but where nothing follows a short page, it is as long as it can be, and its link is wrong (PAG-01)."""
    if len(page.answer.items) < size and (yield from followed_by_nothing(page, call, subject)):
        yield beyond_the_end(page)
    else:
        yield from filled(page, size)


def _whole(call: Call, subject: Subject) -> Steps[Page | None]:
    """The list on one page as large as allowed; None where its size cannot be asked for."""
    pagination = call.operation.pagination
    if pagination is None or not pagination.size:
        return None
    answer = yield from ask(call.operation, call.request((pagination.size, str(pagination.max_size))))
    yield from accepted(answer, "PAG-06", f"a page size of {pagination.max_size}", f"query:{pagination.size}")
    if not answer.ok or not answer.listed:
        return None
    page = page_of(answer)
    yield from _filled(page, pagination.max_size, call, subject)
    return page


def _cut(call: Call, first: Page, whole: Page | None, subject: Subject) -> Steps[tuple[Page, ...]]:
    """A walk of several pages, `expand` kept along: in thirds of what one page can hold, of few items one by one.

    Where no size can be asked for, or nothing is known on one page, the pages have the default size.
    """
    pagination = call.operation.pagination
    if pagination is None or not pagination.size or whole is None:
        return (yield from walk(first, call, subject, "next", _PAGES))
    count = len(whole.keys)
    if count < 2:
        return (first,)
    size = -(-count // _PARTS) if count > _FEW else 1
    expansion = next((e for e in call.operation.first_expansions if e.resolvable), None)
    more = (("expand", expansion.path),) if expansion else ()
    answer = yield from ask(call.operation, call.request((pagination.size, str(size)), *more))
    if not answer.ok:
        if not expansion:
            yield from accepted(answer, "PAG-06", f"a page size of {size}", f"query:{pagination.size}")
        return (first,)
    if not answer.listed:
        yield observed(answer, "PAG-03", Verdict.INCONCLUSIVE, "a page is no list; RSP-03 speaks of it")
        return (first,)
    there = yield from walk(page_of(answer), call, subject, "next", _PAGES if whole.last else _PARTS)
    for page in there:
        yield from keeps(page, query_of(answer), subject, pagination)
        if expansion:
            yield from all_items(page.answer, (expansion,))
    return there


def _same_order(there: tuple[Page, ...], whole: Page) -> Iterator[Outcome]:
    """PAG-11: the size of pages does not change what the walk shows, nor its order."""
    keys = tuple(key for page in there for key in page.keys)
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
        also=tuple(page.answer for page in there),
    )


PROBES = (Probe("pagination", WALK, _paginated, _needs, pages),)
