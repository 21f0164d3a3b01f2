"""Probes that read much: what they accuse is seen twice, and what moved meanwhile is tried again."""

import re
from collections.abc import Callable, Iterator

import msgspec

from conformance.evidence.outcomes import judge_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, Verdict
from conformance.model.pointers import fold_indices
from conformance.probes.toolkit.base import Pause, Steps

MOVED = "the target changed meanwhile"  # the cause of an outcome that a repetition may replace
_ATTEMPTS = 3
ProbeRun = Callable[[Operation, Subject], Steps[None]]
ViolationKind = tuple[str, str, str, str]


def report_moved(response: OperationResponse, requirement: str, reason: str) -> Outcome:
    """Return INCONCLUSIVE for a requirement whose subject changed while it was judged; a repetition may do better."""
    outcome = judge_case(response, requirement, Verdict.INCONCLUSIVE, reason)
    return msgspec.structs.replace(outcome, cause=MOVED)


def confirm_violations(run: ProbeRun) -> ProbeRun:
    """Return a probe's run that reports only violations shown by two of three attempts, each with new reads."""

    def run_confirmed(operation: Operation, subject: Subject) -> Steps[None]:
        first = yield from _run_attempt(run(operation, subject), is_first=True)
        seen = {_kind_of(outcome) for outcome in first if outcome.verdict is Verdict.FAIL}
        unsettled = {outcome.requirement: outcome for outcome in first}
        confirmed: set[ViolationKind] = set()
        for _ in range(_ATTEMPTS - 1):
            if not unsettled:
                break
            outcomes = yield from _run_attempt(run(operation, subject), is_first=False)
            latest = [outcome for outcome in outcomes if outcome.verdict is Verdict.FAIL]
            again = [outcome for outcome in latest if _kind_of(outcome) in seen - confirmed]
            yield from again
            confirmed |= {_kind_of(outcome) for outcome in again}
            seen |= {_kind_of(outcome) for outcome in latest}
            settled = {outcome.requirement for outcome in again} | _find_clean(outcomes, unsettled)
            yield from (o for o in outcomes if o.verdict is Verdict.PASS and o.requirement in settled)
            unsettled = {name: outcome for name, outcome in unsettled.items() if name not in settled}
            unsettled |= {o.requirement: o for o in latest if _kind_of(o) not in confirmed}
        yield from (_give_up(outcome) for outcome in unsettled.values())

    return run_confirmed


def _find_clean(outcomes: list[Outcome], unsettled: dict[str, Outcome]) -> set[str]:
    """Return the requirements that an attempt holds to be satisfied though nothing moved."""
    bad = {o.requirement for o in outcomes if o.verdict is Verdict.FAIL or o.cause == MOVED}
    passed = {outcome.requirement for outcome in outcomes if outcome.verdict is Verdict.PASS}
    moved_before = {name for name, outcome in unsettled.items() if outcome.cause == MOVED}
    return (passed - bad) & moved_before


def _run_attempt(steps: Steps[None], *, is_first: bool) -> Steps[list[Outcome]]:
    """Run the steps of a probe and return the outcomes to settle; later attempts read anew, and yield no outcomes."""
    held: list[Outcome] = []
    try:
        step = next(steps)
        while True:
            if isinstance(step, Request):
                is_new = step.is_safe and not is_first
                step = steps.send((yield msgspec.structs.replace(step, fresh=True) if is_new else step))
                continue
            if isinstance(step, Outcome):
                if not is_first or step.verdict is Verdict.FAIL or step.cause == MOVED:
                    held.append(step)
                else:
                    yield step
            elif is_first or isinstance(step, Pause):
                yield step
            step = next(steps)
    except StopIteration:
        return held


def _kind_of(outcome: Outcome) -> ViolationKind:
    """Return what two observations of one violation have in common: all but indices, numbers and values."""
    return outcome.requirement, outcome.operation, fold_indices(outcome.pointer), re.sub(r"\d+", "#", outcome.message)


def _give_up(outcome: Outcome) -> Outcome:
    if outcome.cause == MOVED:
        return outcome
    reason = f"{outcome.message}: seen once, but not when everything was read again"
    return msgspec.structs.replace(outcome, verdict=Verdict.INCONCLUSIVE, message=reason, cause=MOVED)


def hold_moved(outcomes: tuple[Outcome, ...], reason: str, response: OperationResponse) -> Iterator[Outcome]:
    """Yield INCONCLUSIVE for each requirement that outcomes accuse of, as their subject changed meanwhile."""
    for requirement in dict.fromkeys(o.requirement for o in outcomes if o.verdict is Verdict.FAIL):
        yield report_moved(response, requirement, reason)
