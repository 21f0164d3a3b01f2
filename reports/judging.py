"""The verdict on a whole run: one rule, written once."""

from collections import Counter

import msgspec

from conformance.model import Certified, Exchange, Level, Verdict
from reports.summary import RunVerdict, Summary, WaiverState

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})


def judged(summary: Summary) -> Summary:
    """The summary with its verdict and the reasons for it.

    1. error: a case, planned or not, is ERROR: our own fault, and nothing else can be trusted.
    2. violations: a MUST is FAIL on any operation, planned or not, and no active waiver covers it; or a waiver is
       expired, unused, duplicate, too long, or its finding is gone.
    3. inconclusive: the record is cut off or shards are missing; nothing was planned; no case is PASS; the run was
       stopped while a planned MUST is NOT_TESTED; or a planned MUST is INCONCLUSIVE because the target did not answer
       (no exchange was possible, one got no response, or it answered 429 or 503). A MUST that is INCONCLUSIVE on full
       evidence (two oracles disagree) is listed and does not decide.
    4. conforms with waivers: a waiver covers a MUST that FAILs.
    5. conforms: otherwise. An empty or truncated run never gets here.
    """
    faults = _errors(summary)
    violations = _violations(summary)
    open_questions = _open_questions(summary)
    if faults:
        verdict, reasons = RunVerdict.ERROR, faults + violations + open_questions
    elif violations:
        verdict, reasons = RunVerdict.VIOLATIONS, violations + open_questions
    elif open_questions:
        verdict, reasons = RunVerdict.INCONCLUSIVE, open_questions
    else:
        verdict, reasons = _conforming(summary)
    return msgspec.structs.replace(summary, verdict=verdict, reasons=tuple(reasons))


def _errors(summary: Summary) -> list[str]:
    count = sum(cell.verdict is Verdict.ERROR for cell in (*summary.cells, *summary.unplanned))
    return [f"{_many(count, 'case')} ended in a fault of the harness itself"] if count else []


def _violations(summary: Summary) -> list[str]:
    failed = {each.case for each in summary.findings if each.violation}
    reasons = []
    if failed:
        rules = len({case.requirement for case in failed})
        reasons.append(f"{_many(rules, 'MUST requirement')} violated, on {_many(len(failed), 'case')}")
    states = Counter(each.state for each in summary.waivers)
    reasons += [
        f"{_many(n, 'waiver')} to mend: {state}" for state, n in states.items() if state is not WaiverState.ACTIVE
    ]
    return reasons


def _open_questions(summary: Summary) -> list[str]:
    reasons = [f"the record is incomplete: {why}" for why in summary.cut_off]
    if not summary.cells:
        return [*reasons, "nothing was planned"]
    if not summary.counts[Verdict.PASS]:
        reasons.append("no case passed")
    musts = [cell for cell in summary.cells if summary.level(cell.requirement) is Level.MUST]
    untested = sum(cell.verdict is Verdict.NOT_TESTED for cell in musts)
    if summary.stopped and untested:
        reasons.append(f"stopped early ({', '.join(summary.stopped)}) with {_many(untested, 'MUST case')} not tested")
    unanswered = _unanswered(summary)
    if unanswered:
        certified = summary.started.certification if summary.started else None
        of_client = certified is not None and certified.kind is Certified.CLIENT
        why = "the client sent nothing to judge" if of_client else "the target did not answer"
        reasons.append(f"{_many(unanswered, 'MUST case')} inconclusive, because {why}")
    return reasons


def _unanswered(summary: Summary) -> int:
    open_cases = {cell.case for cell in summary.cells if cell.verdict is Verdict.INCONCLUSIVE}
    return len(
        {
            each.case
            for each in summary.findings
            if each.case in open_cases and each.level is Level.MUST and each.verdict is Verdict.INCONCLUSIVE
            if not all(_answered(summary.by_exchange.get(key)) for key in each.exchanges) or not each.exchanges
        }
    )


def _answered(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.response is not None and exchange.status not in {429, 503}


def _conforming(summary: Summary) -> tuple[RunVerdict, list[str]]:
    seen = sum(count for verdict, count in summary.counts.items() if verdict in _JUDGED)
    reasons = [f"{seen:,} of {_many(summary.planned, 'planned case')} judged, no MUST violated"]
    waived = sum(each.waived and each.verdict is Verdict.FAIL for each in summary.findings)
    if waived:
        reasons.append(f"{_many(waived, 'violation')} of a MUST waived")
        return RunVerdict.WAIVED, reasons
    return RunVerdict.CONFORMS, reasons


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
