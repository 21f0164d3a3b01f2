"""Whether a certificate can be made of a run at all: one rule, written once."""

from collections.abc import Iterator

from conformance.model import Level, Verdict
from reports import RunVerdict, Summary
from reports.summary import Cell

_OPEN = frozenset({Verdict.NOT_TESTED, Verdict.INCONCLUSIVE, Verdict.ERROR})
_UNSEEN = frozenset({Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE})


def obstacles(summary: Summary) -> tuple[str, ...]:
    """Why no certificate can be made of a run; empty where one can.

    1. It certifies nobody, its subject has no version, or what was judged is a part of any profile.
    2. It did not conform: nothing was tested, a case is an ERROR, the record is cut off, or a MUST is violated and no
       waiver covers it.
    3. It was stopped early.
    4. A MUST was left out, not tested or left open. One that cannot be seen, or has nothing to apply to, needs a
       reason, which the certificate lists. One that a person decides (REVIEW) is listed likewise.
    5. No MUST passed.
    """
    return tuple(dict.fromkeys(_obstacles(summary)))


def _obstacles(summary: Summary) -> Iterator[str]:
    found = summary.started.certification if summary.started else None
    if found is None:
        yield "the run certifies nobody"
        return
    if not found.version:
        yield f"{found.subject} has no version: name it with --subject-version, or in the plan"
    if not found.whole:
        yield f"{found.profile} is no whole profile"
    if summary.verdict not in {RunVerdict.CONFORMS, RunVerdict.WAIVED}:
        yield from summary.reasons or (f"the run ended as {summary.verdict}",)
    yield from (f"the run was stopped early: {why}" for why in summary.stopped)
    musts = [cell for cell in summary.cells if summary.level(cell.requirement) is Level.MUST]
    yield from filter(None, map(_unsettled, musts))
    known = {cell.requirement for cell in summary.cells} | {each.requirement for each in summary.excluded}
    left_out = [each.id for each in summary.requirements if each.level is Level.MUST and each.id not in known]
    if left_out:
        yield f"a selection is no profile: {', '.join(left_out)} left out"
    if not any(cell.verdict is Verdict.PASS for cell in musts):
        yield "no MUST passed"


def _unsettled(cell: Cell) -> str:
    """Why a case stands in the way of a certificate, in words; empty where it does not."""
    words = f"{cell.requirement} is {cell.verdict.replace('_', ' ').lower()}"
    if cell.verdict in _OPEN:
        return f"{words}: {cell.reason or 'nothing says why'}"
    return f"{words}, and nothing says why" if cell.verdict in _UNSEEN and not cell.reason else ""
