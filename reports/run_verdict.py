"""The verdict of a run."""

from collections import Counter

import msgspec

from conformance.model import Certified, Exchange, Level, Verdict
from reports.summary import RunVerdict, Summary, WaiverState

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})


def judge_run(summary: Summary) -> Summary:
    """Return the summary with its verdict and the reasons for it.

    1. error: a case, planned or not, is ERROR: an internal error, after which nothing else can be trusted.
    2. violations: a MUST is FAIL on any operation, planned or not, and no active waiver covers it; or a waiver is
       expired, unused, duplicate, too long, or its finding is gone.
    3. inconclusive: the run log is cut off or shards are missing; nothing was planned; no case is PASS; the run was
       stopped while a planned MUST is NOT_TESTED; or a planned MUST is INCONCLUSIVE because the target did not respond
       (no exchange was possible, one had no response, or its status was 429 or 503). A MUST that is INCONCLUSIVE on
       full evidence (two oracles disagree) is listed and does not decide.
    4. conforms with waivers: a waiver covers a MUST that FAILs.
    5. conforms: otherwise. An empty or truncated run never gets here.
    """
    errors = _list_errors(summary)
    violations = _list_violations(summary)
    open_questions = _list_open_questions(summary)
    if errors:
        verdict, reasons = RunVerdict.ERROR, errors + violations + open_questions
    elif violations:
        verdict, reasons = RunVerdict.VIOLATIONS, violations + open_questions
    elif open_questions:
        verdict, reasons = RunVerdict.INCONCLUSIVE, open_questions
    else:
        verdict, reasons = _conclude_conformance(summary)
    return msgspec.structs.replace(summary, verdict=verdict, reasons=tuple(reasons))


def _list_errors(summary: Summary) -> list[str]:
    count = sum(result.verdict is Verdict.ERROR for result in (*summary.case_results, *summary.unplanned_results))
    return [f"{_pluralize(count, 'case')} ended in an internal error of the harness"] if count else []


def _list_violations(summary: Summary) -> list[str]:
    failed = {finding.case for finding in summary.findings if finding.is_violation}
    reasons = []
    if failed:
        rules = len({case.requirement for case in failed})
        unplanned = len(failed & {result.case for result in summary.unplanned_results})
        outside = f", {unplanned:,} of them outside the plan and not among its counts" if unplanned else ""
        reasons.append(
            f"{_pluralize(rules, 'MUST requirement')} violated, on {_pluralize(len(failed), 'case')}{outside}"
        )
    states = Counter(waiver.state for waiver in summary.waivers)
    reasons += [
        f"{_pluralize(n, 'waiver')} {'needs' if n == 1 else 'need'} attention: {state}"
        for state, n in states.items()
        if state is not WaiverState.ACTIVE
    ]
    return reasons


def _list_open_questions(summary: Summary) -> list[str]:
    reasons = [f"the run log is incomplete: {why}" for why in summary.cut_off]
    if not summary.case_results:
        return [*reasons, "nothing was planned"]
    if not summary.counts[Verdict.PASS]:
        reasons.append("no case passed")
    musts = [result for result in summary.case_results if summary.requirement_level(result.requirement) is Level.MUST]
    untested = sum(result.verdict is Verdict.NOT_TESTED for result in musts)
    if summary.stopped and untested:
        reasons.append(
            f"stopped early ({', '.join(summary.stopped)}) with {_pluralize(untested, 'MUST case')} not tested"
        )
    for why, count in _count_without_response(summary).items():
        reasons.append(f"{_pluralize(count, 'MUST case')} inconclusive, because {why}")
    return reasons


def _count_without_response(summary: Summary) -> Counter[str]:
    """Return the number of open MUST cases without a usable response, by the reason."""
    certified = summary.started.certification if summary.started else None
    is_client = certified is not None and certified.kind is Certified.CLIENT
    open_cases = {result.case for result in summary.case_results if result.verdict is Verdict.INCONCLUSIVE}
    findings = {
        finding.case: finding
        for finding in summary.findings
        if finding.case in open_cases and finding.level is Level.MUST and finding.verdict is Verdict.INCONCLUSIVE
        if not all(_has_usable_response(summary.exchanges_by_id.get(key)) for key in finding.exchanges)
        or not finding.exchanges
    }
    if not is_client:
        is_recorded = summary.started is not None and bool(summary.started.traffic)
        reason = "the recording lacks bodies of responses" if is_recorded else "the target did not respond"
        return Counter({reason: len(findings)} if findings else {})
    return Counter(
        "what the client sent decides nothing" if finding.exchanges else "the client sent nothing to judge"
        for finding in findings.values()
    )


def _has_usable_response(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.response is not None and exchange.status not in {429, 503}


def _conclude_conformance(summary: Summary) -> tuple[RunVerdict, list[str]]:
    seen = sum(count for verdict, count in summary.counts.items() if verdict in _JUDGED)
    reasons = [f"{seen:,} of {_pluralize(summary.planned_count, 'planned case')} judged, no MUST violated"]
    waived = sum(finding.waived and finding.verdict is Verdict.FAIL for finding in summary.findings)
    if waived:
        reasons.append(f"{_pluralize(waived, 'violation')} of a MUST waived")
        return RunVerdict.WAIVED, reasons
    return RunVerdict.CONFORMS, reasons


def _pluralize(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
