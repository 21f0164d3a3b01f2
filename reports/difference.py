"""The difference between two runs."""

from collections.abc import Iterable

from conformance.model import Case, Verdict
from reports.findings import rank_gravity
from reports.summary import Finding, FindingChange, RunDifference, Summary

_FAILING = frozenset({Verdict.FAIL, Verdict.WARN})
_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})


def diff(old: Summary, new: Summary) -> RunDifference:
    """Return the findings (FAIL and WARN) that are new, fixed or still there, and the cases no longer judged.

    Findings are matched by requirement, operation and cause. A finding whose case is no longer judged is not fixed: it
    is listed under `no_longer_tested`. A violation that was a warning before is new.
    """
    before, after = _failing_findings(old), _failing_findings(new)
    judged_now, judged_then = _judged_cases(new), _judged_cases(old)
    return RunDifference(
        old_verdict=old.verdict,
        new_verdict=new.verdict,
        old_started_at=old.started.started_at if old.started else 0.0,
        new=_list_changes(after[key] for key in after.keys() - before.keys()),
        fixed=_list_changes(before[key] for key in before.keys() - after.keys() if before[key].case in judged_now),
        still=_list_changes(after[key] for key in after.keys() & before.keys()),
        no_longer_tested=tuple(
            FindingChange(
                case.requirement, case.operation, judged_then[case], f"was {judged_then[case]}, is not judged now"
            )
            for case in sorted(judged_then.keys() - judged_now.keys())
        ),
    )


def _failing_findings(summary: Summary) -> dict[str, Finding]:
    return {finding.id: finding for finding in summary.findings if finding.verdict in _FAILING}


def _judged_cases(summary: Summary) -> dict[Case, Verdict]:
    results = (*summary.case_results, *summary.unplanned_results)
    return {result.case: result.verdict for result in results if result.verdict in _JUDGED}


def _list_changes(findings: Iterable[Finding]) -> tuple[FindingChange, ...]:
    ordered = sorted(
        findings, key=lambda f: (*rank_gravity(f.verdict, f.level, f.harm), f.requirement, f.operation, f.id)
    )
    return tuple(FindingChange(f.requirement, f.operation, f.verdict, f.message, f.id) for f in ordered)
