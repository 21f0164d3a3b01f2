"""CTRF JSON, the Common Test Report Format: one test for each case."""

from collections import Counter
from typing import Any

import msgspec

from conformance.model import Verdict
from conformance.tools.visible_text import make_json_visible
from reports.formats.base import Format, describe_finding
from reports.summary import CaseResult, Summary

_STATUS = {
    Verdict.PASS: "passed",
    Verdict.WARN: "passed",
    Verdict.FAIL: "failed",
    Verdict.ERROR: "failed",
    Verdict.NOT_TESTED: "pending",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.NOT_OBSERVABLE: "skipped",
}


def _write(summary: Summary) -> dict[str, bytes]:
    tests = [_build_test(case_result, summary) for case_result in summary.all_results]
    counts = Counter(test["status"] for test in tests)
    start = summary.started.started_at if summary.started else 0.0
    results = {
        "tool": {"name": "evconform", "version": summary.started.suite_version if summary.started else ""},
        "summary": {
            "tests": len(tests),
            **{name: counts[name] for name in ("passed", "failed", "skipped", "pending", "other")},
            "start": int(start * 1000),
            "stop": int((start + summary.duration_s) * 1000),
            "extra": {
                "verdict": summary.verdict.value,
                "planned": summary.planned_count,
                "counts": {verdict.value: count for verdict, count in summary.counts.items()},
            },
        },
        "tests": tests,
    }
    return {
        "ctrf-report.json": make_json_visible(
            msgspec.json.encode({"reportFormat": "CTRF", "specVersion": "1.0.0", "results": results})
        )
    }


def _build_test(case_result: CaseResult, summary: Summary) -> dict[str, Any]:
    findings = summary.findings_by_case.get(case_result.case, ())
    waived = case_result.verdict is Verdict.FAIL and not summary.has_violation(case_result)
    test: dict[str, Any] = {
        "name": str(case_result.case),
        "status": "other" if waived else _STATUS.get(case_result.verdict, "other"),
        "duration": round(summary.seconds_by_operation[case_result.operation] * 1000),
        "suite": [case_result.requirement],
        "rawStatus": case_result.verdict.value,
        "tags": [summary.requirement_level(case_result.requirement).value, *(["waived"] if waived else [])],
    }
    if case_result.reason:
        test["message"] = case_result.reason
    return test | (
        {"trace": "\n\n".join(describe_finding(finding, summary) for finding in findings)} if findings else {}
    )


FORMATS = (Format("ctrf", "ctrf-report.json", _write),)
