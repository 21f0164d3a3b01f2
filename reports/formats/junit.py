"""JUnit XML: one suite a requirement, one test case a planned case; what CI servers read."""

import re
from itertools import groupby

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.model import Verdict
from reports.formats.base import Format
from reports.summary import Cell, Finding, Summary

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
_GREEN = frozenset({Verdict.PASS, Verdict.WARN, Verdict.REVIEW})


def _render(summary: Summary) -> dict[str, bytes]:
    document = JUnitXml("evconform")
    findings: dict[tuple[str, str], list[Finding]] = {}
    for each in summary.findings:
        findings.setdefault((each.requirement, each.operation), []).append(each)
    cells = sorted((*summary.cells, *summary.unplanned), key=lambda cell: cell.case)
    for requirement, group in groupby(cells, key=lambda cell: cell.requirement):
        suite = TestSuite(_clean(requirement))
        known = summary.by_id.get(requirement)
        if known is not None:
            suite.add_property("level", known.level.value)
            suite.add_property("statement", _clean(known.statement))
        suite.add_testcases([_case(cell, findings.get((cell.requirement, cell.operation), [])) for cell in group])
        document.add_testsuite(suite)
    content: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return {"junit.xml": content}


def _case(cell: Cell, findings: list[Finding]) -> TestCase:
    case = TestCase(_clean(f"{cell.requirement} {cell.operation}"), classname=_clean(cell.requirement), time=0)
    text = _clean("\n\n".join(_described(each) for each in findings))
    reason = _clean(f"{cell.verdict}: {cell.reason}")
    waived = cell.verdict is Verdict.FAIL and not any(each.violation for each in findings)
    if cell.verdict in _GREEN:
        if text:
            case.system_out = text
        return case
    result: Failure | Error | Skipped
    if cell.verdict is Verdict.FAIL and not waived:
        result = Failure(reason, "FAIL")
    elif cell.verdict is Verdict.ERROR:
        result = Error(reason, "ERROR")
    else:
        result = Skipped(f"waived {reason}" if waived else reason, cell.verdict.value)
    result.text = text
    case.result = [result]
    return case


def _described(finding: Finding) -> str:
    lines = [f"{finding.verdict} {finding.message}"]
    lines += [
        f"{name}: {getattr(finding, name)}" for name in ("pointer", "expected", "actual") if getattr(finding, name)
    ]
    return "\n".join([*lines, f"seen {finding.times} times", f"exchanges: {', '.join(finding.exchanges)}"])


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


FORMATS = (Format("junit", "junit.xml", _render),)
