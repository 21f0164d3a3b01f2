"""Attempts: a scenario whose verdict a busy machine may have caused runs again, up to three times. Pure.

A violation counts when it is seen twice, once at least while neither machine nor client stood still. A requirement
that is violated in one of three undisturbed attempts is inconclusive: neither a pass nor an accusation.
"""

from collections.abc import Mapping, Sequence

import msgspec

from conformance.certify.api_clients.definitions import Scenario, build_inconclusive
from conformance.certify.api_clients.tasks import TASKS
from conformance.certify.api_clients.trace import Trace
from conformance.certify.api_clients.verdicts import describe_lack, judge_scenario
from conformance.certify.assessments import Assessment
from conformance.model import Verdict

MAX_ATTEMPTS = 3
_VIOLATIONS = frozenset({Verdict.FAIL, Verdict.WARN})
_MAX_RESPONSE_S = 3.0  # correct clients wait longer than that
_MAX_STALL_S = 0.5
_BUSY = "this machine was too busy"
_ADVICE = "run it again alone"


class ScenarioAttempt(msgspec.Struct, frozen=True):
    """One attempt at a scenario: its trace, the verdict on it, and what disturbed it, empty where nothing did."""

    trace: Trace
    assessment: Assessment
    disturbance: str = ""

    @property
    def is_violation(self) -> bool:
        """Return whether the attempt shows a violation."""
        return self.assessment.verdict in _VIOLATIONS

    @property
    def is_open(self) -> bool:
        """Return whether the attempt decides nothing, and another one may."""
        is_inconclusive = self.assessment.verdict is Verdict.INCONCLUSIVE
        return is_inconclusive and (self.assessment.is_noisy or bool(self.disturbance))


def name_attempt(name: str, number: int) -> str:
    """Return the name of an attempt; the first has the name of its scenario."""
    return name if number == 1 else f"{name}-{number}"


def name_control(task: str) -> str:
    """Return the name of the control run of a task."""
    return f"control-{task.replace('_', '-')}"


def find_control(task: str, traces: Mapping[str, Trace]) -> Trace | None:
    """Return the control run of a task: the first attempt that does the task, or the last."""
    attempts = _list_traces(name_control(task), traces)
    last = attempts[-1] if attempts else None
    return next((trace for trace in attempts if not describe_lack(TASKS[task], trace)), last)


def judge_attempts(scenario: Scenario, traces: Mapping[str, Trace]) -> list[ScenarioAttempt]:
    """Return the attempts at a scenario in their order; empty where neither it nor its control was run.

    `traces` are those of all scenarios, by the names of their attempts.
    """
    control = find_control(scenario.task, traces)
    if control is None:
        return []
    lack = describe_lack(TASKS[scenario.task], control)
    own = _list_traces(name_control(scenario.task) if scenario.is_control else scenario.name, traces)
    if scenario.is_control and not lack:
        own = tuple(trace for trace in own if not describe_lack(TASKS[scenario.task], trace))
    compared = _list_traces(scenario.comparison, traces)
    attempts = []
    for number, trace in enumerate(own or ((control,) if lack else ())):
        comparison = compared[min(number, len(compared) - 1)] if compared else None
        complete = msgspec.structs.replace(trace, control=control, comparison=comparison)
        disturbances = [describe_disturbance(one) for one in (trace, comparison) if one is not None]
        disturbance = next((text for text in disturbances if text), "")
        attempts.append(ScenarioAttempt(complete, judge_scenario(scenario, complete, lack), disturbance))
    return attempts


def _list_traces(name: str, traces: Mapping[str, Trace]) -> tuple[Trace, ...]:
    names = (name_attempt(name, number) for number in range(1, MAX_ATTEMPTS + 1))
    return tuple(traces[one] for one in names if one in traces)


def describe_disturbance(trace: Trace) -> str:
    """Return what may have changed the times of a trace, empty where nothing did."""
    if trace.process.is_suspended:
        return "the client was suspended"
    if trace.stall_s > _MAX_STALL_S:
        return f"{_BUSY}: the server stood still for {trace.stall_s:.1f} s"
    unaffected = (call for call in trace.calls if not call.is_affected)
    slowest = max((call.responded_at - call.requested_at for call in unaffected), default=0.0)
    return f"{_BUSY}: the server took {slowest:.1f} s for a response" if slowest > _MAX_RESPONSE_S else ""


def needs_repetition(attempts: Sequence[ScenarioAttempt]) -> bool:
    """Return whether a scenario has to run again before it has a verdict."""
    return 0 < len(attempts) < MAX_ATTEMPTS and _decide(attempts) is None


def choose_attempt(attempts: Sequence[ScenarioAttempt]) -> ScenarioAttempt:
    """Return the attempt that decides, with the verdict on all of them.

    Raises:
        IndexError: There are no attempts.
    """
    if (decisive := _decide(attempts)) is not None:
        return decisive
    last = attempts[-1]
    violation = next((attempt for attempt in reversed(attempts) if attempt.is_violation), None)
    if violation is None:
        return last
    if len(attempts) == 1 and not violation.disturbance:
        return violation  # an operator ran the client once, or the run was interrupted
    undisturbed = [attempt for attempt in attempts if not attempt.disturbance]
    seen = f"{violation.assessment.message}, in one of {len(attempts)} attempts"
    message = seen if undisturbed else f"{violation.disturbance}; {_ADVICE} ({violation.assessment.message})"
    return msgspec.structs.replace(violation, assessment=build_inconclusive(message))


def _decide(attempts: Sequence[ScenarioAttempt]) -> ScenarioAttempt | None:
    """Return the attempt that decides, None where they do not decide yet."""
    last = attempts[-1]
    violations = [attempt for attempt in attempts if attempt.is_violation]
    certain = [attempt for attempt in violations if not attempt.disturbance]
    if len(violations) > 1 and certain:
        return certain[-1]
    if last.is_violation or last.is_open:
        return None
    return None if certain else last
