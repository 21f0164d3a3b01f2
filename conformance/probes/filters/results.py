"""Judgements of filtered lists: FLT-01 to 03 and 05. Pure; the probe of `filters` sends the requests."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import Answer
from conformance.model import Outcome, Role, Verdict
from conformance.probes.filters.trials import Trial, members, opposite
from conformance.probes.toolkit.pages import Page, key_of

Suspect = tuple[str, Outcome]  # key of an item that is missing or shown twice, and the violation this would be


class Result(NamedTuple):
    """The pages of a trial and the keys on them in order; `beside` are the parameters sent along with the filter."""

    trial: Trial
    pages: tuple[Page, ...]
    keys: tuple[str, ...]
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def answer(self) -> Answer:
        """Response with the first page."""
        return self.pages[0].answer

    @property
    def readable(self) -> bool:
        """Return whether every page is a list of objects."""
        responses = [page.answer for page in self.pages]
        lists = all(response.listed for response in responses) if self.answer.operation.role is Role.LIST else True
        return lists and all(response.items == response.objects for response in responses)

    @property
    def complete(self) -> bool:
        """Return whether the whole filtered list was seen."""
        last = self.pages[-1]
        return last.answer.ok and self.readable and (last.last or last.answer.operation.pagination is None)

    @property
    def gone(self) -> tuple[str, ...]:
        """Known items that satisfy the filter and are missing; none where the list was not seen whole."""
        return tuple(key for key in self.trial.inside if key not in self.keys) if self.complete else ()


def result_of(trial: Trial, pages: tuple[Page, ...], beside: tuple[tuple[str, str], ...] = ()) -> Result:
    """Build the result of a trial from its pages, with the keys of the items that its filter looks at."""
    picked = [item for page in pages for item in members(trial.which, page.answer)[1]]
    return Result(trial, pages, tuple(key_of(item, pages[0].answer.operation) for item in picked), beside)


def refused(result: Result) -> Iterator[Outcome]:
    """Report a filter that refuses a value that an item has (FLT-01)."""
    response, trial = result.answer, result.trial
    if response.status in {401, 403} or not trial.inside:
        yield observed(response, "FLT-01", Verdict.NOT_OBSERVABLE, f"{trial.which.parameter} returns {response.status}")
    else:
        message = f"{trial.which.parameter} refuses a value that an item has"
        expected, actual = f"2xx for {trial.value}", str(response.status)
        yield violated(
            response, "FLT-01", message, expected=expected, actual=actual, pointer=f"query:{trial.which.parameter}"
        )


def unreadable(result: Result) -> Iterator[Outcome]:
    """Yield INCONCLUSIVE for a body that is no list of objects; RSP-03 judges it."""
    for requirement in ("FLT-02", "FLT-03"):
        message = f"the response to {result.trial.which.parameter} is not a list of objects"
        yield observed(result.answer, requirement, Verdict.INCONCLUSIVE, message)


def missing(result: Result) -> Iterator[Suspect]:
    """Yield known items that a complete filtered list leaves out (FLT-02); on the bound itself FLT-01 too."""
    trial, gone, name = result.trial, result.gone, result.trial.which.parameter
    if not gone:
        return
    complaints = [("FLT-02", f"{name} leaves out items that satisfy it, {len(gone)} in all")]
    if set(gone) <= set(trial.bound) and len(result.pages) == 1:
        complaints.append(("FLT-01", f"{name} leaves out the items on its bound"))
    for requirement, message in complaints:
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


def pairs(results: Sequence[Result]) -> Iterator[tuple[Result, Result]]:
    """Yield pairs of complete results of opposite filters."""
    for first, second in permutations(results, 2):
        if first.complete and second.complete and opposite(first.trial, second.trial):
            yield first, second


def unparted(results: Sequence[Result]) -> Iterator[tuple[str, Outcome]]:
    """Yield items that are in both lists or in neither list of two opposite filters (FLT-03)."""
    for first, second in pairs(results):
        inside = set(first.trial.inside) ^ set(second.trial.inside)
        misplaced = sorted(key for key in inside if (key in first.keys) is (key in second.keys))
        if misplaced:
            names = " and ".join(f"{result.trial.which.parameter}={result.trial.value}" for result in (first, second))
            where = "both lists" if misplaced[0] in first.keys else "neither list"
            yield (
                misplaced[0],
                violated(
                    first.answer,
                    "FLT-03",
                    f"{first.trial.which.parameter} and {second.trial.which.parameter} do not split the list",
                    expected=f"{misplaced[0]} in one of {names}",
                    actual=f"{where}; {len(misplaced)} such items",
                    pointer=f"query:{first.trial.which.parameter}",
                    also=(second.answer,),
                ),
            )


def lost_on_pages(result: Result, whole: Result) -> Suspect:
    """Return the first item that one page of a filtered list shows and a walk leaves out (FLT-05)."""
    lost = [key for key in result.gone if key in whole.keys]
    name = result.trial.which.parameter
    return (
        lost[0],
        violated(
            result.pages[-1].answer,
            "FLT-05",
            f"walking the list filtered by {name} leaves out items that a single page shows",
            expected=quote(lost[:3]),
            pointer=f"query:{name}",
            also=(*(page.answer for page in result.pages[:-1]), whole.answer),
        ),
    )


def lost_together(result: Result, alone: Result) -> Suspect:
    """Return the first item that a filter keeps alone and loses beside a parameter that it satisfies (FLT-02)."""
    lost = [key for key in result.gone if key in alone.keys]
    beside = " and ".join(f"{name}={value}" for name, value in result.beside)
    return (
        lost[0],
        violated(
            result.answer,
            "FLT-02",
            f"{result.trial.which.parameter} leaves out items beside a parameter that they satisfy too",
            expected=f"{quote(lost[:3])} with {beside} as well",
            actual=f"{len(result.keys)} other items",
            pointer=f"query:{result.beside[0][0]}",
            also=(alone.answer,),
        ),
    )


def by_the_pages(result: Result, second: Result, *requirements: str) -> Iterator[Outcome]:
    """Yield INCONCLUSIVE where one page size alone loses items: pagination is blamed, not the filter."""
    message = (
        f"the items that {result.trial.which.parameter} leaves out appear at another page size: pagination loses them"
    )
    for requirement in requirements:
        yield observed(result.pages[-1].answer, requirement, Verdict.INCONCLUSIVE, message, also=(second.answer,))


def held(judged: Sequence[Result], walked: Sequence[Result]) -> Iterator[Outcome]:
    """Yield passes of FLT-03 and FLT-05, once nothing speaks against them."""
    for first, second in pairs(judged):
        if set(first.trial.inside) ^ set(second.trial.inside):
            yield passed(first.answer, "FLT-03")
    for result in walked:
        yield passed(result.pages[-1].answer, "FLT-05")
