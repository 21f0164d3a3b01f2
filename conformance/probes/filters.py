"""FLT-01 to 03 and 05: what a filter lets through and what it keeps back, told from the list without it."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from conformance.answers import Answer
from conformance.judging import observed, passed, quote, violated
from conformance.model import Noticed, Operation, Operator, Outcome, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, populated, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.paging import Page, keeps, key_of, page_of, query_of, quietly, walk, whole_list
from conformance.probes.reading import plain_read
from conformance.probes.trials import Trial, members, opposite, trials
from conformance.subject import Subject

HELD = ("FLT-01", "FLT-02", "FLT-03", "FLT-05", "PAG-05")
_PAGES = 3  # of the filtered list that is walked: one more than a conforming server has


class Result(NamedTuple):
    """What a trial was answered: the pages, and the keys on them in order."""

    trial: Trial
    pages: tuple[Page, ...]
    keys: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        """The first page."""
        return self.pages[0].answer

    @property
    def complete(self) -> bool:
        """Whether nothing of the filtered list is left unseen."""
        last = self.pages[-1]
        return last.answer.ok and (last.last or last.answer.operation.pagination is None)


def _known(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(each.field for each in operation.filters)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    known = [each for each in operation.filters if each.field]
    both = sum(each.operator is Operator.ISNULL for each in known)
    pages = 1 if _sized(operation) else 0
    asked = Need(f"read {operation.path} filtered", len(known) + both + pages, SPARE)
    whole = (Need(f"read {operation.path} whole", identity=SPARE),) if _sized(operation) else ()
    return (*plain_read(operation, model, SPARE), *whole, asked)


def _sized(operation: Operation) -> bool:
    return operation.pagination is not None and bool(operation.pagination.size)


def filtered(operation: Operation, subject: Subject) -> Steps[None]:
    """Every filter of a known field, with a value that parts the known items; one of them page by page."""
    found = yield from populated(operation, subject, subject.spare)
    if isinstance(found, Missing):
        yield from untested(HELD, operation, found)
        return
    call, plain = found
    whole = yield from whole_list(call, plain)
    planned = trials(whole, subject.model)
    paged = _worth_walking(planned, whole) if _sized(operation) else None
    results: list[Result] = []
    for trial in planned:
        size = paged.size if paged and trial is paged.trial else 0
        result = yield from _tried(call, trial, subject, size, whole)
        if result.answer.ok:
            results.append(result)
        else:
            yield from _refused(result)
    suspects = [*_missing(results), *_unparted(results), *_lost_on_pages(results)]
    if suspects:
        yield from _unless_changed(call, whole, suspects)
    for result in results:
        if result.complete and result.trial.inside and not set(result.trial.inside) - set(result.keys):
            yield passed(result.answer, "FLT-02")
    if not suspects:
        yield from _held(results)
    for requirement in HELD:
        yield observed(whole, requirement, Verdict.NOT_APPLICABLE, "no item seen gives a value that could tell")


def _tried(call: Call, trial: Trial, subject: Subject, size: int, whole: Answer) -> Steps[Result]:
    """The filtered list in one piece, or in pages of a size; in plain pages where the largest one was refused."""
    pagination = call.operation.pagination
    sized: tuple[tuple[str, str], ...] = ()
    if pagination is not None and pagination.size and (size or pagination.size in query_of(whole)):
        sized = ((pagination.size, str(size or pagination.max_size)),)
    query = tuple(each for each in call.query if each[0] != trial.which.parameter)
    own = Call(call.operation, call.path, query, call.headers, call.identity)
    first = page_of((yield from ask(call.operation, own.request(trial.pair, *sized))))
    pages: tuple[Page, ...] = (first,)
    if size and pagination is not None and first.answer.ok:
        pages = yield from quietly(walk(first, call, subject, "next", _PAGES))
        for page in pages:
            yield from keeps(page, query_of(first.answer), subject, pagination)
        if any(key_of(item, call.operation) in trial.outside for page in pages for _, item in page.answer.objects):
            yield from ask(call.operation, own.request(trial.pair))  # is it forgotten there, or ignored from the first?
    inner = [item for page in pages for item in members(trial.which, page.answer)[1]]
    return Result(trial, pages, tuple(key_of(item, call.operation) for item in inner))


class Walk(NamedTuple):
    """A trial that is worth two pages, and their size."""

    trial: Trial
    size: int
    strangers: tuple[int, int]  # that come first, or at all, where the second page forgets the filter


def _worth_walking(planned: Sequence[Trial], whole: Answer) -> Walk | None:
    """The trial and the cut whose second page would show strangers first if the filter were forgotten there."""
    order = [key_of(item, whole.operation) for _, item in whole.objects]
    place = {key: index for index, key in enumerate(order)}
    most = whole.operation.pagination.max_size if whole.operation.pagination else 0
    found = []
    for trial in planned:
        inside, outside = {*trial.inside}, {*trial.outside}
        for size in range((len(inside) + 1) // 2, min(len(inside), most + 1)) if inside <= {*place} else ():
            cut = place[trial.inside[size - 1]] + 1
            behind = order[cut : cut + size]
            first = next((index for index, key in enumerate(behind) if key in inside), len(behind))
            found.append(Walk(trial, size, (first, sum(key in outside for key in behind))))
    return max(found, key=lambda each: (each.strangers[0] > 0, each.strangers[1]), default=None)


def _refused(result: Result) -> Iterator[Outcome]:
    answer, trial = result.answer, result.trial
    if answer.status in {401, 403} or not trial.inside:
        yield observed(answer, "FLT-01", Verdict.NOT_OBSERVABLE, f"{trial.which.parameter} answers {answer.status}")
    else:
        message = f"{trial.which.parameter} refuses a value that an item has"
        expected, actual = f"2xx for {trial.value}", str(answer.status)
        yield violated(
            answer, "FLT-01", message, expected=expected, actual=actual, pointer=f"query:{trial.which.parameter}"
        )


def _missing(results: Sequence[Result]) -> Iterator[tuple[str, Outcome]]:
    """FLT-02: known items that a complete filtered list leaves out; on the bound itself it is FLT-01 too."""
    for result in results:
        trial = result.trial
        gone = [key for key in trial.inside if key not in result.keys]
        if not gone or not result.complete:
            continue
        name = trial.which.parameter
        found = [("FLT-02", f"{name} leaves out items that satisfy it, {len(gone)} in all")]
        if set(gone) <= set(trial.bound) and len(result.pages) == 1:
            found.append(("FLT-01", f"{name} leaves out the items on its bound"))
        for requirement, message in found:
            yield (
                gone[0],
                violated(
                    result.answer,
                    requirement,
                    message,
                    expected=f"{quote(gone[:3])} with {name}={trial.value}",
                    actual=f"{len(result.keys)} other items",
                    pointer=f"query:{name}",
                ),
            )


def _pairs(results: Sequence[Result]) -> Iterator[tuple[Result, Result]]:
    for one, other in permutations(results, 2):
        if one.complete and other.complete and opposite(one.trial, other.trial):
            yield one, other


def _unparted(results: Sequence[Result]) -> Iterator[tuple[str, Outcome]]:
    """FLT-03: an item that satisfies one of two opposite filters is in that list and not in the other."""
    for one, other in _pairs(results):
        inside = set(one.trial.inside) ^ set(other.trial.inside)
        wrong = sorted(key for key in inside if (key in one.keys) is (key in other.keys))
        if wrong:
            names = " and ".join(f"{r.trial.which.parameter}={r.trial.value}" for r in (one, other))
            where = "both lists" if wrong[0] in one.keys else "neither list"
            yield (
                wrong[0],
                violated(
                    one.answer,
                    "FLT-03",
                    f"{one.trial.which.parameter} and {other.trial.which.parameter} do not part the list",
                    expected=f"{wrong[0]} in one of {names}",
                    actual=f"{where}; {len(wrong)} such items",
                    pointer=f"query:{one.trial.which.parameter}",
                    also=(other.answer,),
                ),
            )


def _lost_on_pages(results: Sequence[Result]) -> Iterator[tuple[str, Outcome]]:
    """FLT-05: the filtered list in two pages holds what the filter lets through."""
    for result in results:
        lost = [key for key in result.trial.inside if key not in result.keys]
        if len(result.pages) > 1 and lost and result.complete:
            name = result.trial.which.parameter
            message = f"walking the list filtered by {name} leaves items out"
            yield (
                lost[0],
                violated(
                    result.pages[-1].answer,
                    "FLT-05",
                    message,
                    expected=quote(lost[:3]),
                    pointer=f"query:{name}",
                    also=tuple(page.answer for page in result.pages[:-1]),
                ),
            )


def _unless_changed(call: Call, whole: Answer, suspects: Sequence[tuple[str, Outcome]]) -> Steps[None]:
    """The suspicions whose item is still what it was when the list is read again."""
    request = whole.exchange.request
    again = yield from ask(call.operation, call.at(request.target, fresh=True))
    before = {key_of(item, call.operation): item for _, item in whole.objects}
    after = {key_of(item, call.operation): item for _, item in again.objects}
    for key, outcome in suspects:
        if before.get(key) == after.get(key):
            yield outcome
        else:
            yield Noticed("volatile-field", f"{key} changed while its list was filtered; left out", call.operation.key)


def _held(results: Sequence[Result]) -> Iterator[Outcome]:
    """FLT-03 and FLT-05, once nothing speaks against them."""
    for one, other in _pairs(results):
        if set(one.trial.inside) ^ set(other.trial.inside):
            yield passed(one.answer, "FLT-03")
    for result in results:
        if len(result.pages) > 1:
            yield passed(result.pages[-1].answer, "FLT-05")


PROBES = (Probe("filters", HELD, _known, _needs, filtered, rank=2),)
