"""EXP-02, 03, 05, 06, 07, 08 and 11: what `expand` put into a response, judged beside the plain reads. Pure."""

from collections.abc import Iterator

from conformance.evidence.outcomes import fail_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Outcome, Role
from conformance.model.pointers import fold_indices
from conformance.probes.expansion.combined_paths import sort_expansions
from conformance.probes.expansion.judgements import check_all_items, check_replacement, find_lost_objects, find_places
from conformance.probes.expansion.replacement import is_moment_dependent
from conformance.probes.toolkit.pages import parse_page
from conformance.tools.link_header import BLANK_TARGET
from conformance.traffic.relations.comparisons import Comparison
from conformance.traffic.relations.reads import Read, Reads, find_neighbours


def compare_expansions(reads: Reads, subject: Subject) -> Iterator[Comparison]:
    """Yield the comparisons of each expanded read with the plain reads before and after it."""
    for read in reads.all:
        if read.expand and read.is_success:
            asked = list_asked_expansions(read)
            response = read.response
            for expansion in asked:
                yield from _judge_expansion(read, response, expansion, reads, subject)
            yield from _judge_first_levels(read, response, asked)
            if read.operation.role is Role.LIST:
                yield from _judge_length(read, response, reads)
                for outcome in check_all_items(response, asked):
                    yield Comparison(outcome, fold_indices(outcome.pointer), read.path, is_framed=True)


def list_asked_expansions(read: Read) -> tuple[Expansion, ...]:
    """Return the documented expansions that a read requests; nested ones are resolved with their parents."""
    return tuple(expansion for expansion in sort_expansions(read.operation) if expansion.path in read.expand)


def _judge_expansion(
    read: Read, response: OperationResponse, expansion: Expansion, reads: Reads, subject: Subject
) -> Iterator[Comparison]:
    plain = reads.find_same(read, read.plain_query) if expansion in read.operation.first_expansions else []
    neighbours = [other for other in find_neighbours(plain, read) if other is not None]
    nearest = min(neighbours, key=lambda other: abs(other.began - read.began), default=None)
    is_near = nearest is not None and reads.are_near(nearest.began, read.began)
    if nearest and reads.has_write(min(nearest.began, read.began), max(nearest.ended, read.ended)):
        nearest = None
    reference = nearest.response if nearest else None
    lost = _find_combination_loss(read, response, expansion, reads)
    if lost is not None:
        yield Comparison(lost, expansion.path, read.path, is_framed=True)
        return
    others = [other.response for other in neighbours if other is not nearest]
    for outcome in check_replacement(reference, response, expansion, subject):
        is_framed = not is_moment_dependent(outcome)
        for other in others if not is_framed else ():
            again = check_replacement(other, response, expansion, subject)
            is_framed = is_framed or any(_is_alike(outcome, second) for second in again)
        yield Comparison(outcome, f"{expansion.path} {fold_indices(outcome.pointer)}", read.path, is_framed, is_near)


def _judge_first_levels(read: Read, response: OperationResponse, asked: tuple[Expansion, ...]) -> Iterator[Comparison]:
    """Yield a violation where a path with a dot leaves its first level as it was (EXP-06)."""
    dotted = {expansion.path.partition(".")[0] for expansion in asked if expansion.parent}
    for expansion in read.operation.first_expansions:
        if expansion.path in dotted - set(read.expand) and expansion.resolvable:
            for place in find_places(None, response, expansion):
                if isinstance(place.value, str):
                    outcome = fail_case(
                        response, "EXP-06", "a path with a dot does not expand its first level", expected="an object",
                        actual=quote_json(place.value), pointer=place.pointer,
                    )  # fmt: skip
                    yield Comparison(outcome, expansion.path, read.path, is_framed=True)


def _judge_length(read: Read, response: OperationResponse, reads: Reads) -> Iterator[Comparison]:
    """Yield a violation where an expanded page ends before the plain one, although more items follow (EXP-05).

    Items that were removed in between would leave their places to those that follow.
    """
    page = parse_page(response)
    keys = page.keys if page.next not in {None, BLANK_TARGET} else ()
    for plain in reads.find_same(read, read.plain_query) if keys else ():
        others = parse_page(plain.response).keys
        if others[: len(keys)] == keys != others:
            outcome = fail_case(
                response, "EXP-05", "expand changes how many items a page of the list shows",
                expected=f"{len(others)} items", actual=f"{len(keys)} items", also=(plain.response,),
            )  # fmt: skip
            yield Comparison(outcome, "length", read.path, is_framed=True)
            return


def _is_alike(one: Outcome, other: Outcome) -> bool:
    """Return whether two references accuse a response of the same."""
    return (one.requirement, one.pointer, one.expected, one.actual, one.verdict) == (
        other.requirement, other.pointer, other.expected, other.actual, other.verdict,
    )  # fmt: skip


def _find_combination_loss(
    read: Read, response: OperationResponse, expansion: Expansion, reads: Reads
) -> Outcome | None:
    """Return a violation where an expansion shows a link beside others, and an object alone (EXP-07)."""
    if len(set(read.expand)) < 2:
        return None
    query = tuple(sorted((*read.plain_query, ("expand", expansion.path))))
    for alone in reads.find_same(read, query):
        for loss in find_lost_objects(alone.response, response, expansion):
            if isinstance(loss.new, str | list):
                return fail_case(
                    response, "EXP-07", "an expansion is lost when it is combined with others", expected="an object",
                    actual=str(loss.new), pointer=loss.pointer, also=(alone.response,),
                )  # fmt: skip
    return None
