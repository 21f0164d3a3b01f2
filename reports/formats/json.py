"""`summary.json`: the machine-readable summary, schema `evconform/summary/1`."""

from collections.abc import Iterable
from typing import Any

import msgspec

from conformance.model import Verdict
from conformance.tools.visible_text import escape_json
from reports.coverage import CoverageTotal, sum_coverage
from reports.formats.base import Format
from reports.generated_coverage import measure_generation
from reports.request_commands import list_variables, write_curl
from reports.summary import CaseResult, Finding, Summary

SCHEMA = "evconform/summary/1"
_GENERATION_COUNTS = ("sent", "valid", "accepted", "invalid", "refused", "failed")
_ABOUT_THE_API = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})


def as_json(summary: Summary) -> dict[str, Any]:
    """Return the summary as plain data, schema `evconform/summary/1` (ARCHITECTURE.md)."""
    header = summary.started
    return {
        "schema": SCHEMA,
        "verdict": summary.verdict.value,
        "reasons": list(summary.reasons),
        "run": header.run if header else "",
        "target": header.target.name if header else "",
        "target_remark": summary.target_remark,
        "base_url": header.target.base_url if header else "",
        "description_sha256": header.description_sha256 if header else "",
        "suite_version": header.suite_version if header else "",
        "profile": header.profile.value if header else "",
        "seed": header.seed if header else None,
        "started_at": header.started_at if header else None,
        "requests_sent": summary.requests_sent,
        "requests": summary.requests,
        "requests_expected": header.expected if header else {},
        "budget": header.budget if header else None,
        "duration_s": round(summary.duration_s, 3),
        "planned": summary.planned_count,
        "counts": {verdict.value: count for verdict, count in summary.counts.items()},
        "findings": [
            _build_finding(finding, summary) for finding in summary.findings if finding.verdict in _ABOUT_THE_API
        ],
        "not_tested": _list_reasons(summary.case_results, Verdict.NOT_TESTED),
        "inconclusive": _list_reasons(summary.case_results, Verdict.INCONCLUSIVE),
        "errors": _list_reasons((*summary.case_results, *summary.unplanned_results), Verdict.ERROR),
        "unplanned": [
            {**_build_case(result), "verdict": result.verdict.value, "reason": result.reason}
            for result in summary.unplanned_results
        ],
        "ways": _count_all_ways(summary),
        "sampled": [
            {**_build_case(result), "verdict": result.verdict.value, "tried": result.tried, "known": result.known}
            for result in summary.sampled_results
        ],
        "coverage": _build_coverage(summary),
        "generated": _build_generation(summary),
        "cut_off": list(summary.cut_off),
        "stopped": list(summary.stopped),
        "shards": list(summary.shards),
        "waivers": msgspec.to_builtins(summary.waivers),
        "since": msgspec.to_builtins(summary.since),
        "history": msgspec.to_builtins(summary.history),
    }


def _build_finding(finding: Finding, summary: Summary) -> dict[str, Any]:
    repeated = summary.simplest_exchange(finding)
    return {
        "requirement": finding.requirement,
        "level": finding.level.value,
        "harm": finding.harm.value,
        "verdict": finding.verdict.value,
        "operation": finding.operation,
        "operation_id": finding.operation_id,
        "message": finding.message,
        "expected": finding.expected,
        "actual": finding.actual,
        "pointer": finding.pointer,
        "exchanges": list(finding.exchanges),
        "curl": write_curl(repeated) if repeated else "",
        "variables": {variable.name: variable.meaning for variable in list_variables(repeated)} if repeated else {},
        "smallest": finding.smallest,
        "times": finding.times,
        "cause": finding.cause,
        "id": finding.id,
        "waived": finding.waived,
    }


def _build_coverage(summary: Summary) -> dict[str, Any]:
    """Return the coverage in all and by operation, with the names of elements that were not seen."""
    covered = summary.coverage
    return {
        "totals": {total.name: _build_total(total) for total in sum_coverage(covered)},
        "operations": {
            operation.key: {
                "requests": operation.requests,
                **{
                    kind: {**_build_total(operation.total(kind)), "unseen": list(operation.list_unseen(kind))}
                    for kind in operation.kinds
                },
            }
            for operation in covered
        },
    }


def _build_generation(summary: Summary) -> dict[str, Any]:
    """Return the generated requests: counts, keyword coverage, and both by operation and by place of a defect."""
    measured = measure_generation(summary)
    return {
        **{name: measured.count(name) for name in _GENERATION_COUNTS},
        "phases": dict(measured.phases),
        "methods": dict(measured.methods),
        "keywords": {total.name: _build_total(total) for total in measured.totals},
        "operations": {
            operation.key: {
                **{name: getattr(operation, name) for name in _GENERATION_COUNTS},
                "places": {place.place: {"sent": place.sent, "refused": place.refused} for place in operation.places},
                "keywords": {total.name: _build_total(total) for total in operation.totals if total.offered},
                "unsent": list(operation.unsent),
            }
            for operation in measured.operations
        },
        "without": {reason: list(keys) for reason, keys in measured.untouched},
    }


def _count_all_ways(summary: Summary) -> dict[str, int]:
    """Return the ways tried and known of all planned cases, and after how many seeds every sample is complete."""
    return {
        "tried": sum(result.tried for result in summary.case_results),
        "known": sum(result.known for result in summary.case_results),
        "seeds_to_cover": summary.started.seeds_to_cover if summary.started else 1,
    }


def _build_total(total: CoverageTotal) -> dict[str, int]:
    return {"seen": total.used, "documented": total.offered}


def _build_case(result: CaseResult) -> dict[str, str]:
    return {"requirement": result.requirement, "operation": result.operation}


def _list_reasons(results: Iterable[CaseResult], verdict: Verdict) -> list[dict[str, str]]:
    return [{**_build_case(result), "reason": result.reason} for result in results if result.verdict is verdict]


def _write(summary: Summary) -> dict[str, bytes]:
    return {"summary.json": escape_json(msgspec.json.format(msgspec.json.encode(as_json(summary)), indent=1)) + b"\n"}


FORMATS = (Format("json", "summary.json", _write),)
