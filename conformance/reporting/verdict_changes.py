"""Verdicts that change when a run is judged again, with their cause. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from conformance.model import Case, Noticed, Operation, Requirement, Verdict
from reports import Summary
from reports.summary import CaseResult

NO_VERDICT = "none"
_UNSEEN = frozenset({Verdict.NOT_OBSERVABLE, Verdict.NOT_TESTED})


class VerdictChange(msgspec.Struct, frozen=True):
    """A case whose verdict is another one than before: both, and the reason of the change and of the new verdict."""

    requirement: str
    operation: str
    old: str
    new: str
    cause: str
    reason: str = ""

    @property
    def sentence(self) -> str:
        """Return the change in words."""
        return f"{self.requirement} {self.operation}: {self.old} → {self.new} ({self.cause})"

    @property
    def is_grave(self) -> bool:
        """Return whether a violation came or went."""
        return any(verdict.startswith(Verdict.FAIL) for verdict in (self.old, self.new))


def list_changes(old: Summary, new: Summary) -> tuple[VerdictChange, ...]:
    """Return the cases that two summaries of one run judge differently, those with violations first."""
    before, after = ({result.case: result for result in summary.case_results} for summary in (old, new))
    changes = sorted(_iterate_changes(before, after, old, new), key=_sort_key)
    return tuple(changes)


def note_changes(summary: Summary, changes: Sequence[VerdictChange]) -> Summary:
    """Return a summary whose notes hold the changes."""
    notices = tuple(Noticed("judged-again", change.sentence, change.operation) for change in changes)
    return msgspec.structs.replace(summary, notices=(*summary.notices, *notices)) if notices else summary


def _sort_key(change: VerdictChange) -> tuple[bool, str, str]:
    return not change.is_grave, change.requirement, change.operation


def _iterate_changes(
    before: Mapping[Case, CaseResult], after: Mapping[Case, CaseResult], old: Summary, new: Summary
) -> Iterator[VerdictChange]:
    waived = _find_waived(old), _find_waived(new)
    for case in before.keys() | after.keys():
        first, second = before.get(case), after.get(case)
        if first is None and second is not None and second.verdict in _UNSEEN:
            continue  # a new requirement that the record cannot show
        verdicts = [
            _describe(result, is_waived=case in known) for result, known in zip((first, second), waived, strict=True)
        ]
        if verdicts[0] != verdicts[1] and not (second is None and case.requirement in new.requirements_by_id):
            cause = _find_cause(case, old, new, is_waived=waived[0] != waived[1] and (case in waived[0] ^ waived[1]))
            reason = second.reason if second else ""
            yield VerdictChange(case.requirement, case.operation, verdicts[0], verdicts[1], cause, reason)


def _find_waived(summary: Summary) -> set[Case]:
    return {finding.case for finding in summary.findings if finding.waived}


def _describe(result: CaseResult | None, *, is_waived: bool) -> str:
    if result is None:
        return NO_VERDICT
    return f"{result.verdict} (waived)" if is_waived else str(result.verdict)


def _find_cause(case: Case, old: Summary, new: Summary, *, is_waived: bool) -> str:
    """Return why a case is judged differently: its requirement, a waiver, the description, or the checks."""
    first, second = (summary.requirements_by_id.get(case.requirement) for summary in (old, new))
    if first is None or second is None:
        return "rule: the requirement is new" if first is None else "rule: the requirement is no more"
    if rule := _compare_requirements(first, second):
        return rule
    if is_waived:
        return "waiver"
    if _find_operation(old, case) != _find_operation(new, case):
        return "description: the operation is described differently"
    if old.started and new.started and old.started.description_sha256 != new.started.description_sha256:
        return "description: another one"
    return f"rule: evconform {new.started.suite_version if new.started else ''} judges it differently"


def _compare_requirements(first: Requirement, second: Requirement) -> str:
    if first.level is not second.level:
        return f"rule: the level was {first.level} and is {second.level}"
    if first.statement != second.statement:
        return "rule: the requirement is worded differently"
    if (first.applies, first.basis) != (second.applies, second.basis):
        return "rule: the requirement binds other operations"
    return ""


def _find_operation(summary: Summary, case: Case) -> Operation | None:
    return summary.model.operations_by_key.get(case.operation) if summary.model else None
