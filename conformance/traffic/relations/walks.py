"""PAG: the pages of a list that the traffic walked by links. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from conformance.evidence.outcomes import fail_case, quote_json
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Outcome, Scheme, Verdict
from conformance.model.pointers import fold_indices
from conformance.probes.toolkit.page_judgements import (
    check_ends,
    check_items_once,
    check_link_header,
    check_page_length,
    check_walk_back,
    first_difference,
    report_new_order,
)
from conformance.probes.toolkit.pages import ListPage, parse_page
from conformance.tools.counts import parse_count
from conformance.tools.link_header import BLANK_TARGET
from conformance.traffic.relations.comparisons import Comparison
from conformance.traffic.relations.reads import Context, Query, Read, Reads

_MAX_PAGES = 1000  # of one walk


class Walk(msgspec.Struct, frozen=True, dict=True):
    """The pages of a list from its first one on, linked by `next`, and the parameters of the walk.

    `selection` is the query without page parameters and expansions; `is_whole` is true where no page follows.
    """

    pages: tuple[ListPage, ...]
    reads: tuple[Read, ...]
    selection: Query
    is_whole: bool

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of all items, in order."""
        return tuple(key for page in self.pages for key in page.keys)

    def release(self) -> None:
        """Forget the parsed bodies of the pages, which take much memory; they are parsed again where needed."""
        for page in self.pages:
            page.response.release()

    @property
    def place(self) -> tuple[str, Context, Query]:
        """Return the list that was walked: its path, the context, and the filters."""
        return self.reads[0].path, self.reads[0].context, self.selection

    @property
    def began(self) -> float:
        """Return when the first page was requested, in seconds since 1970."""
        return self.reads[0].began

    @property
    def ended(self) -> float:
        """Return when the last page was complete, in seconds since 1970."""
        return self.reads[-1].ended


def find_walks(reads: Reads, subject: Subject) -> list[Walk]:
    """Return the walks of the traffic; a single page is one too."""
    by_target: dict[tuple[str, Context], list[Read]] = defaultdict(list)
    for read in reads.lists:
        by_target[read.exchange.request.target, read.context].append(read)
    return [_follow(read, by_target, subject) for read in reads.lists if _is_first(read) and read.response.has_list]


def _is_first(read: Read) -> bool:
    pagination = read.operation.pagination
    if pagination is None:
        return True
    names = {name for name, value in read.query if not (name == pagination.page and value == "1")}
    return not names & ({pagination.after, pagination.before, pagination.page} - {""})


def _follow(first: Read, by_target: Mapping[tuple[str, Context], list[Read]], subject: Subject) -> Walk:
    pages, steps = [parse_page(first.response)], [first]
    seen = {first.exchange.request.target}
    while len(pages) < _MAX_PAGES and pages[-1].next not in {None, BLANK_TARGET}:
        target = strip_base_url(subject.target.base_url, pages[-1].next or "")
        following = by_target.get((target or "", first.context), ())
        read = next((read for read in following if read.began >= steps[-1].ended), None)
        if read is None or target in seen or not read.response.has_list:
            break
        seen.add(target or "")
        pages.append(parse_page(read.response))
        steps.append(read)
    is_whole = pages[-1].is_last or first.operation.pagination is None
    return Walk(tuple(pages), tuple(steps), _select(first), is_whole)


def _select(read: Read) -> Query:
    pagination = read.operation.pagination
    paging = {pagination.after, pagination.before, pagination.page, pagination.size} if pagination else set()
    return tuple(pair for pair in read.plain_query if pair[0] not in paging)


def compare_walks(walks: Iterable[Walk], reads: Reads, subject: Subject) -> Iterator[Comparison]:
    """Yield what each walk shows by itself, beside other reads of the same list, and when it is walked back."""
    groups: dict[tuple[str, Context, Query], list[Walk]] = defaultdict(list)
    for walk in walks:
        groups[walk.place].append(walk)
    back = _index_backwards(reads)
    for group in groups.values():
        for walk in group:
            yield from _judge_beside(walk, group, reads)
            if walk.reads[0].operation.pagination is not None:
                yield from _judge_alone(walk)
                yield from _judge_cursors(walk)
                yield from _judge_back(walk, back, subject)
        for walk in group:
            walk.release()


def _judge_alone(walk: Walk) -> Iterator[Comparison]:
    pagination = walk.reads[0].operation.pagination
    sizes = [value for name, value in walk.reads[0].query if pagination and name == pagination.size]
    size = parse_count(sizes[0]) if sizes else None
    if size is None:
        size = pagination.default_size if pagination else 0
    outcomes: list[Outcome] = list(check_ends(walk.pages, _MAX_PAGES))
    for number, page in enumerate(walk.pages):
        is_last = number + 1 == len(walk.pages)
        outcomes += check_link_header(
            page.response, {*([] if number else ["previous"]), *(["next"] if is_last else [])}
        )
        is_before_void = number + 2 == len(walk.pages) and walk.pages[-1].is_void
        if not is_before_void and (len(page.response.items) >= size or number + 1 < len(walk.pages) or page.is_last):
            outcomes += check_page_length(page, size)
    for outcome in outcomes:
        yield Comparison(outcome, _sort_of(outcome), walk.reads[0].path, is_framed=True)


def _judge_cursors(walk: Walk) -> Iterator[Comparison]:
    """Yield a violation where the page after an item shows that item again, whatever was added or removed (PAG-03).

    Only a cursor that is the id of an item says so; others keep their meaning to themselves.
    """
    pagination = walk.reads[0].operation.pagination
    if pagination is None or pagination.scheme is not Scheme.CURSOR:
        return
    for read, before, page in zip(walk.reads[1:], walk.pages, walk.pages[1:], strict=False):
        cursor = next((value for name, value in read.query if name == pagination.after), "")
        if cursor in before.keys and cursor in page.keys:
            outcome = fail_case(
                page.response, "PAG-03", "the page after an item shows that item again",
                expected=f"items after {cursor}", actual=cursor, also=(before.response,),
            )  # fmt: skip
            yield Comparison(outcome, "cursor", walk.reads[0].path, is_framed=True)


def _judge_beside(walk: Walk, walks: list[Walk], reads: Reads) -> Iterator[Comparison]:
    """Yield whether a walk shows each item once, and what other walks of the list show in the same order."""
    before = next((o for o in reversed(walks) if o is not walk and o.ended <= walk.began), None)
    after = next((o for o in walks if o is not walk and o.began >= walk.ended), None)
    around = [other for other in (before, after) if other is not None]
    is_still = len(around) > 1 and _has_same_items(around[0], around[1], len(walk.keys))
    if len(walk.pages) > 1:
        is_near = any(reads.are_near(other.began, walk.began) for other in around)
        whole = next((other.pages[0] for other in around if other.is_whole and len(other.pages) == 1), None)
        for outcome in check_items_once(walk.pages, whole if walk.is_whole else None):
            yield Comparison(outcome, _sort_of(outcome), walk.reads[0].path, is_still, is_near)
    reference = next((other for other in around if other.is_whole), None)
    if reference is None or not walk.is_whole:
        return
    if sorted(reference.keys) == sorted(walk.keys):
        yield from _compare_order(walk, reference) if walk.reads[0].operation.pagination is not None else ()
    elif len(walk.pages) == 1 and (is_still or 2 * len(walk.keys) < len(reference.keys)):
        yield _report_lost(walk, reference, is_framed=is_still)


def _has_same_items(one: Walk, other: Walk, count: int) -> bool:
    """Return whether two walks show the same first items, at least so many unless the list ends before."""
    shown = min(len(one.keys), len(other.keys))
    is_enough = shown >= count or (one.is_whole and other.is_whole)
    return is_enough and one.keys[:shown] == other.keys[:shown]


def _compare_order(walk: Walk, reference: Walk) -> Iterator[Comparison]:
    """Yield a violation where two walks show the same items in another order (PAG-09, PAG-11)."""
    if walk.keys == reference.keys:
        return
    earlier, later = sorted((reference, walk), key=lambda one: one.began)
    if len(walk.pages) == len(reference.pages) == 1:
        outcome = report_new_order((earlier.pages[0].response, earlier.keys), (later.pages[0].response, later.keys))
    else:
        index = first_difference(walk.keys, reference.keys)
        outcome = fail_case(
            later.pages[-1].response, "PAG-11", f"small and large pages disagree from item {index} on",
            expected=quote_json(earlier.keys[index : index + 1]), actual=quote_json(later.keys[index : index + 1]),
            also=(earlier.pages[0].response,),
        )  # fmt: skip
    yield Comparison(outcome, "order", walk.reads[0].path, is_framed=True)


def _report_lost(walk: Walk, reference: Walk, *, is_framed: bool) -> Comparison:
    """Return that one read of a list lacks or adds items beside the reads before and after it (CON-07)."""
    lost = [key for key in reference.keys if key not in walk.keys] or [k for k in walk.keys if k not in reference.keys]
    expanded = walk.reads[0].expand != reference.reads[0].expand
    outcome = fail_case(
        walk.pages[0].response, "EXP-05" if expanded else "CON-09",
        "expand changes which items a list shows" if expanded else "one read of a list shows other items than the rest",
        expected=f"{len(reference.keys)} items", actual=f"{len(walk.keys)} items, without or beside {lost[0]}",
        also=(reference.pages[0].response,),
    )  # fmt: skip
    return Comparison(outcome, "items", walk.reads[0].path, is_framed)


def _index_backwards(reads: Reads) -> Mapping[tuple[str, Context], list[Read]]:
    """Return the reads of lists by request target and context."""
    index: dict[tuple[str, Context], list[Read]] = defaultdict(list)
    for read in reads.lists:
        index[read.exchange.request.target, read.context].append(read)
    return index


def _judge_back(walk: Walk, index: Mapping[tuple[str, Context], list[Read]], subject: Subject) -> Iterator[Comparison]:
    """Yield whether `previous` of a page leads to the page before it, where it was followed (PAG-04)."""
    for number in range(1, len(walk.pages)):
        page, previous = walk.pages[number], walk.pages[number - 1]
        target = strip_base_url(subject.target.base_url, page.previous or "")
        followed = index.get((target or "", walk.reads[0].context), ())
        read = next((read for read in followed if read.began >= walk.reads[number].ended), None)
        if read is not None and read.response.has_list:
            for outcome in check_walk_back((previous, page), (page, parse_page(read.response))):
                yield Comparison(outcome, "back", walk.reads[0].path)


def _sort_of(outcome: Outcome) -> str:
    """Return what a violation is about, the same for all lists."""
    return f"{fold_indices(outcome.pointer)} {outcome.message}" if outcome.verdict is Verdict.FAIL else ""
