"""The one rule on whether a certificate can be made of a run."""

from collections.abc import Iterator

from conformance.model import Level, Verdict
from reports import RunVerdict, Summary
from reports.summary import CaseResult

_UNDECIDED = frozenset({Verdict.NOT_TESTED, Verdict.INCONCLUSIVE, Verdict.ERROR})
_UNSEEN = frozenset({Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE})


def list_obstacles(summary: Summary) -> tuple[str, ...]:
    """Return why no certificate can be made of a run, empty if one can.

    The obstacles are:

    1. The run certifies no subject, the subject has no version, or the run covers only a part of a profile.
    2. The run did not conform: nothing was tested, a case is an ERROR, the run log is cut off, or a MUST is violated
       without a waiver.
    3. The run was stopped early.
    4. A MUST was left out, not tested or inconclusive. A MUST that is not observable or not applicable needs a reason,
       which the certificate lists; the certificate also lists a MUST that a person decides (REVIEW).
    5. No MUST passed.
    """
    return tuple(dict.fromkeys(_iterate_obstacles(summary)))


def _iterate_obstacles(summary: Summary) -> Iterator[str]:
    """Yield the obstacles in the order of the rule, perhaps more than once."""
    certification = summary.started.certification if summary.started else None
    if certification is None:
        yield "the run certifies no subject"
        return
    if not certification.version:
        yield f"{certification.subject} has no version: name it with --subject-version or in the plan"
    if summary.verdict not in {RunVerdict.CONFORMS, RunVerdict.WAIVED}:
        yield from summary.reasons or (f"the run ended as {summary.verdict}",)
    yield from (f"the run was stopped early: {reason}" for reason in summary.stopped)
    musts = [result for result in summary.case_results if summary.requirement_level(result.requirement) is Level.MUST]
    yield from filter(None, map(_explain_open, musts))
    known = {result.requirement for result in summary.case_results} | {
        exclusion.requirement for exclusion in summary.excluded
    }
    left_out = [
        requirement.id
        for requirement in summary.requirements
        if requirement.level is Level.MUST and requirement.id not in known
    ]
    if left_out:
        yield f"a selection is not a whole profile: {', '.join(left_out)} left out"
    elif not certification.whole:
        yield f"{certification.profile} is not a whole profile"
    if not any(result.verdict is Verdict.PASS for result in musts):
        yield "no MUST passed"


def _explain_open(result: CaseResult) -> str:
    """Return why a case prevents a certificate, empty if it does not."""
    statement = f"{result.requirement} is {result.verdict.replace('_', ' ').lower()}"
    if result.verdict in _UNDECIDED:
        return f"{statement}: {result.reason or 'no reason is recorded'}"
    return f"{statement}, and no reason is recorded" if result.verdict in _UNSEEN and not result.reason else ""
