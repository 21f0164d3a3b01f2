"""The replay of a finding: the plan items that showed it run once more against the target."""

import tempfile
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from conformance.execution.setup import RunOptions
from conformance.model import Case, Verdict
from conformance.reporting.session_run import run_session
from reports import Finding, Summary
from reports.findings import rank_verdict

_ABSENT = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_OBSERVABLE})


class ReplayResult(StrEnum):
    """The outcome of sending a finding again."""

    FIXED = "fixed"
    FAILING = "still failing"
    FLAKY = "flaky"
    UNDECIDED = "undecided"

    @property
    def exit_code(self) -> int:
        """Return the exit code: 0 if the fault is gone, 1 if it is still there, 3 if that is not known."""
        return {"fixed": 0, "undecided": 3}.get(self.value, 1)


class ReplayTry(msgspec.Struct, frozen=True):
    """One try: whether the fault showed (None where nothing was decided), the reason, and what was seen.

    `finding` is the finding of this try on the same case, None where there is none.
    """

    shows: bool | None
    reason: str
    summary: Summary
    finding: Finding | None = None


def replay_case(options: RunOptions, verdict: Verdict, times: int) -> Iterator[ReplayTry]:
    """Run the chosen items of some options so many times, and yield each try; `verdict` is that of the finding.

    Raises HarnessError: the target cannot be reached, or an item may not run with these options.
    """
    case = options.chosen_case
    if case is None:
        raise ValueError("the options choose no case")
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            summary = run_session(msgspec.structs.replace(options, report_dir=Path(folder) / "run"))
        yield _judge_try(summary, case, verdict)


def _judge_try(summary: Summary, case: Case, verdict: Verdict) -> ReplayTry:
    """Return whether a run shows a violation of the case as grave as before."""
    findings = [
        finding
        for finding in summary.findings_by_case.get(case, ())
        if rank_verdict(finding.verdict) <= rank_verdict(verdict) and finding.verdict is not Verdict.INCONCLUSIVE
    ]
    if findings:
        return ReplayTry(True, findings[0].message, summary, findings[0])
    result = next((result for result in summary.all_results if result.case == case), None)
    if result is None or not all(item.complete for item in summary.items):
        return ReplayTry(None, result.reason if result else "the case was not judged", summary)
    if result.verdict is Verdict.PASS:
        return ReplayTry(False, "", summary)
    is_gone = result.verdict in _ABSENT and any(exchange.status // 100 == 2 for exchange in summary.exchanges)
    return ReplayTry(False if is_gone else None, result.reason, summary)


def conclude(tries: Iterable[ReplayTry]) -> ReplayResult:
    """Return what became of the finding: flaky where it shows in some tries only."""
    shown = [attempt.shows for attempt in tries]
    if True in shown:
        return ReplayResult.FAILING if all(shown) else ReplayResult.FLAKY
    return ReplayResult.UNDECIDED if None in shown or not shown else ReplayResult.FIXED
