"""Judgements of filtered lists: FLT-01 to 03 and 05. Pure; the probe of `filters` sends the requests."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.model import Outcome, Role, Verdict
from conformance.probes.filters.trials import FilterTrial, is_opposite, select_members
from conformance.probes.toolkit.pages import ListPage, item_key

Suspect = tuple[str, Outcome]  # key of an item that is missing or shown twice, and the violation this would be


class TrialResult(NamedTuple):
    """The pages of a trial and the keys on them in order; `beside` are the parameters sent along with the filter."""

    trial: FilterTrial
    pages: tuple[ListPage, ...]
    keys: tuple[str, ...]
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def response(self) -> OperationResponse:
        """Return the response with the first page."""
        return self.pages[0].response

    @property
    def is_readable(self) -> bool:
        """Return whether every page is a list of objects."""
        responses = [page.response for page in self.pages]
        lists = all(response.has_list for response in responses) if self.response.operation.role is Role.LIST else True
        return lists and all(response.items == response.objects for response in responses)

    @property
    def is_complete(self) -> bool:
        """Return whether the whole filtered list was seen."""
        last = self.pages[-1]
        return (
            last.response.is_success
            and self.is_readable
            and (last.is_last or last.response.operation.pagination is None)
        )

    @property
    def missing_keys(self) -> tuple[str, ...]:
        """Return the known items that satisfy the filter and are missing; none where the list was not seen whole."""
        return tuple(key for key in self.trial.matching if key not in self.keys) if self.is_complete else ()


def build_result(
    trial: FilterTrial, pages: tuple[ListPage, ...], beside: tuple[tuple[str, str], ...] = ()
) -> TrialResult:
    """Build the result of a trial from its pages, with the keys of the items that its filter looks at."""
    picked = [item for page in pages for item in select_members(trial.query_filter, page.response)[1]]
    return TrialResult(trial, pages, tuple(item_key(item, pages[0].response.operation) for item in picked), beside)


def report_refusal(result: TrialResult) -> Iterator[Outcome]:
    """Report a filter that refuses a value that an item has (FLT-01)."""
    response, trial = result.response, result.trial
    if response.status in {401, 403} or not trial.matching:
        yield judge_case(
            response, "FLT-01", Verdict.NOT_OBSERVABLE, f"{trial.query_filter.parameter} returns {response.status}"
        )
    else:
        message = f"{trial.query_filter.parameter} refuses a value that an item has"
        expected, actual = f"2xx for {trial.value}", str(response.status)
        yield fail_case(
            response,
            "FLT-01",
            message,
            expected=expected,
            actual=actual,
            pointer=f"query:{trial.query_filter.parameter}",
        )


def report_unreadable(result: TrialResult) -> Iterator[Outcome]:
    """Yield INCONCLUSIVE for a body that is no list of objects; RSP-03 judges it."""
    for requirement in ("FLT-02", "FLT-03"):
        message = f"the response to {result.trial.query_filter.parameter} is not a list of objects"
        yield judge_case(result.response, requirement, Verdict.INCONCLUSIVE, message)


def find_missing_items(result: TrialResult) -> Iterator[Suspect]:
    """Yield known items that a complete filtered list leaves out (FLT-02); on the bound itself FLT-01 too."""
    trial, gone, name = result.trial, result.missing_keys, result.trial.query_filter.parameter
    if not gone:
        return
    complaints = [("FLT-02", f"{name} leaves out items that satisfy it, {len(gone)} in all")]
    if set(gone) <= set(trial.on_bound) and len(result.pages) == 1:
        complaints.append(("FLT-01", f"{name} leaves out the items on its bound"))
    for requirement, message in complaints:
        yield (
            gone[0],
            fail_case(
                result.response,
                requirement,
                message,
                expected=f"{quote_json(gone[:3])} with {name}={trial.value}",
                actual=f"{len(result.keys)} other items",
                pointer=f"query:{name}",
            ),
        )


def pair_opposites(results: Sequence[TrialResult]) -> Iterator[tuple[TrialResult, TrialResult]]:
    """Yield pairs of complete results of opposite filters."""
    for first, second in permutations(results, 2):
        if first.is_complete and second.is_complete and is_opposite(first.trial, second.trial):
            yield first, second


def compare_opposites(results: Sequence[TrialResult]) -> Iterator[tuple[str, Outcome]]:
    """Yield items that are in both lists or in neither list of two opposite filters (FLT-03)."""
    for first, second in pair_opposites(results):
        inside = set(first.trial.matching) ^ set(second.trial.matching)
        misplaced = sorted(key for key in inside if (key in first.keys) is (key in second.keys))
        if misplaced:
            names = " and ".join(
                f"{result.trial.query_filter.parameter}={result.trial.value}" for result in (first, second)
            )
            first_name, second_name = (result.trial.query_filter.parameter for result in (first, second))
            parameters = names if first_name == second_name else f"{first_name} and {second_name}"
            where = "both lists" if misplaced[0] in first.keys else "neither list"
            yield (
                misplaced[0],
                fail_case(
                    first.response,
                    "FLT-03",
                    f"{parameters} do not split the list",
                    expected=f"{misplaced[0]} in one of {names}",
                    actual=f"{where}; {len(misplaced)} such items",
                    pointer=f"query:{first.trial.query_filter.parameter}",
                    also=(second.response,),
                ),
            )


def suspect_walk(result: TrialResult, whole: TrialResult) -> Suspect:
    """Return the first item that one page of a filtered list shows and a walk leaves out (FLT-05)."""
    lost = [key for key in result.missing_keys if key in whole.keys]
    name = result.trial.query_filter.parameter
    return (
        lost[0],
        fail_case(
            result.pages[-1].response,
            "FLT-05",
            f"walking the list filtered by {name} leaves out items that a single page shows",
            expected=quote_json(lost[:3]),
            pointer=f"query:{name}",
            also=(*(page.response for page in result.pages[:-1]), whole.response),
        ),
    )


def suspect_combination(result: TrialResult, alone: TrialResult) -> Suspect:
    """Return the first item that a filter keeps alone and loses beside a parameter that it satisfies (FLT-02)."""
    lost = [key for key in result.missing_keys if key in alone.keys]
    beside = " and ".join(f"{name}={value}" for name, value in result.beside)
    return (
        lost[0],
        fail_case(
            result.response,
            "FLT-02",
            f"{result.trial.query_filter.parameter} leaves out items beside a parameter that they satisfy too",
            expected=f"{quote_json(lost[:3])} with {beside} as well",
            actual=f"{len(result.keys)} other items",
            pointer=f"query:{result.beside[0][0]}",
            also=(alone.response,),
        ),
    )


def blame_pagination(result: TrialResult, second: TrialResult, *requirements: str) -> Iterator[Outcome]:
    """Yield INCONCLUSIVE where one page size alone loses items: pagination is blamed, not the filter."""
    parameter = result.trial.query_filter.parameter
    message = f"the items that {parameter} leaves out appear at another page size: pagination loses them"
    for requirement in requirements:
        yield judge_case(result.pages[-1].response, requirement, Verdict.INCONCLUSIVE, message, also=(second.response,))


def report_passes(judged: Sequence[TrialResult], walked: Sequence[TrialResult]) -> Iterator[Outcome]:
    """Yield passes of FLT-03 and FLT-05, once nothing speaks against them."""
    for first, second in pair_opposites(judged):
        if set(first.trial.matching) ^ set(second.trial.matching):
            yield pass_case(first.response, "FLT-03")
    for result in walked:
        yield pass_case(result.pages[-1].response, "FLT-05")
