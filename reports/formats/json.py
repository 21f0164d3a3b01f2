"""`summary.json`: the machine-readable summary, schema `evconform/summary/1`."""

from collections.abc import Iterable
from typing import Any

import msgspec

from conformance.model import Verdict
from reports.coverage import Total, coverage, totals
from reports.formats.base import Format
from reports.reproduce import curl, variables
from reports.summary import Cell, Finding, Summary

SCHEMA = "evconform/summary/1"
_ABOUT_THE_API = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as plain data, in the shape that INTERFACE promises, with our additions after it."""
    header = summary.started
    return {
        "schema": SCHEMA,
        "verdict": summary.verdict.value,
        "reasons": list(summary.reasons),
        "run": header.run if header else "",
        "target": header.target.name if header else "",
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
        "planned": summary.planned,
        "counts": {verdict.value: count for verdict, count in summary.counts.items()},
        "findings": [_finding(each, summary) for each in summary.findings if each.verdict in _ABOUT_THE_API],
        "not_tested": _reasons(summary.cells, Verdict.NOT_TESTED),
        "inconclusive": _reasons(summary.cells, Verdict.INCONCLUSIVE),
        "errors": _reasons((*summary.cells, *summary.unplanned), Verdict.ERROR),
        "unplanned": [
            {**_where(cell), "verdict": cell.verdict.value, "reason": cell.reason} for cell in summary.unplanned
        ],
        "coverage": _coverage(summary),
        "cut_off": list(summary.cut_off),
        "stopped": list(summary.stopped),
        "shards": list(summary.shards),
        "waivers": msgspec.to_builtins(summary.waivers),
        "since": msgspec.to_builtins(summary.since),
    }


def _finding(finding: Finding, summary: Summary) -> dict[str, Any]:
    again = summary.simplest(finding)
    return {
        "requirement": finding.requirement,
        "level": finding.level.value,
        "verdict": finding.verdict.value,
        "operation": finding.operation,
        "operation_id": finding.operation_id,
        "message": finding.message,
        "expected": finding.expected,
        "actual": finding.actual,
        "pointer": finding.pointer,
        "exchanges": list(finding.exchanges),
        "curl": curl(again) if again else "",
        "variables": {each.name: each.what for each in variables(again)} if again else {},
        "smallest": finding.smallest,
        "times": finding.times,
        "cause": finding.cause,
        "id": finding.id,
        "waived": finding.waived,
    }


def _coverage(summary: Summary) -> dict[str, Any]:
    """Seen of documented: in all, and by operation with the names of what was not seen."""
    covered = coverage(summary)
    return {
        "totals": {each.name: _counted(each) for each in totals(covered)},
        "operations": {
            each.key: {
                "requests": each.requests,
                **{kind: {**_counted(each.total(kind)), "unseen": list(each.unseen(kind))} for kind in each.kinds},
            }
            for each in covered
        },
    }


def _counted(total: Total) -> dict[str, int]:
    return {"seen": total.used, "documented": total.offered}


def _where(cell: Cell) -> dict[str, str]:
    return {"requirement": cell.requirement, "operation": cell.operation}


def _reasons(cells: Iterable[Cell], verdict: Verdict) -> list[dict[str, str]]:
    return [{**_where(cell), "reason": cell.reason} for cell in cells if cell.verdict is verdict]


def _render(summary: Summary) -> dict[str, bytes]:
    return {"summary.json": msgspec.json.format(msgspec.json.encode(as_json(summary)), indent=1) + b"\n"}


FORMATS = (Format("json", "summary.json", _render),)
