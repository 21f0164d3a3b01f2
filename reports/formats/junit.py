"""JUnit XML for CI servers: one test suite for each requirement, one test case for each case."""

from itertools import groupby

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.model import Verdict
from conformance.tools.visible_text import make_visible
from reports.formats.base import Format, describe_finding
from reports.summary import CaseResult, Summary

_GREEN = frozenset({Verdict.PASS, Verdict.WARN})


def _write(summary: Summary) -> dict[str, bytes]:
    document = JUnitXml("evconform")
    for requirement, group in groupby(summary.all_results, key=lambda case_result: case_result.requirement):
        suite = TestSuite(make_visible(requirement))
        known = summary.requirements_by_id.get(requirement)
        if known is not None:
            suite.add_property("level", known.level.value)
            suite.add_property("statement", make_visible(known.statement))
        suite.extend([_build_case(case_result, summary) for case_result in group])  # type: ignore[no-untyped-call]
        document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    document._elem.attrib.pop("skipped")  # noqa: SLF001 - Jenkins' junit-10.xsd knows it of a suite alone
    content: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return {"junit.xml": content}


def _build_case(case_result: CaseResult, summary: Summary) -> TestCase:
    case = TestCase(
        make_visible(f"{case_result.requirement} {case_result.operation}"),
        classname=make_visible(case_result.requirement),
        time=round(summary.seconds_by_operation[case_result.operation], 3),
    )
    text = make_visible(
        "\n\n".join(
            describe_finding(finding, summary) for finding in summary.findings_by_case.get(case_result.case, ())
        )
    )
    reason = make_visible(f"{case_result.verdict}: {case_result.reason}")
    waived = case_result.verdict is Verdict.FAIL and not summary.has_violation(case_result)
    if case_result.verdict in _GREEN:
        if text:
            case.system_out = text
        return case
    result: Failure | Error | Skipped
    if case_result.verdict is Verdict.FAIL and not waived:
        result = Failure(reason, "FAIL")
    elif case_result.verdict is Verdict.ERROR:
        result = Error(reason, "ERROR")
    else:
        result = Skipped(f"waived {reason}" if waived else reason, case_result.verdict.value)
    result.text = text
    case.result = [result]
    return case


FORMATS = (Format("junit", "junit.xml", _write),)
