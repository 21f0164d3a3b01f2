"""SARIF 2.1.0 for code scanning: results are findings, located in the description that was tested.

Capped at what GitHub shows: 5,000 results of one run, the gravest first. A result stands on the line of its operation,
or of what it names in the description; on line 1 where it is about the whole API or the log tells no line.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from conformance.model import Place, Verdict
from reports.formats.base import Format
from reports.summary import Finding, Summary

SHOWN = 5000
_SHIPPED = "specs/ev-energy-v2/openapi.yaml"
_LEVELS = {Verdict.FAIL: "error", Verdict.WARN: "warning"}


def _render(summary: Summary) -> dict[str, bytes]:
    found = [each for each in summary.findings if each.verdict is not Verdict.ERROR]
    rules = sorted({each.requirement for each in found})
    numbers = {key: number for number, key in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "evconform",
                "semanticVersion": summary.started.suite_version if summary.started else "0.0.0",
                "rules": [_rule(key, summary) for key in rules],
            }
        },
        "invocations": [_invocation(summary)],
        "results": [_result(each, numbers, summary) for each in found[:SHOWN]],
        "properties": {
            "verdict": summary.verdict.value,
            "counts": {verdict.value: count for verdict, count in summary.counts.items()},
            "results": len(found),
        },
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return {"report.sarif": msgspec.json.encode(document)}


def _rule(key: str, summary: Summary) -> dict[str, Any]:
    known = summary.by_id.get(key)
    if known is None:
        return {"id": key}
    rule: dict[str, Any] = {
        "id": key,
        "shortDescription": {"text": known.statement},
        "fullDescription": {"text": f"{known.statement} ({known.source.document}, {known.source.section})"},
        "defaultConfiguration": {"level": "error" if known.level == "MUST" else "warning"},
        "properties": {"tags": [known.family, known.level.value]},
    }
    return rule | ({"helpUri": known.source.url} if known.source.url.startswith("https://") else {})


def _result(finding: Finding, numbers: dict[str, int], summary: Summary) -> dict[str, Any]:
    parts = (finding.message, *(f"{name}: {getattr(finding, name)}" for name in ("pointer", "expected", "actual")))
    result: dict[str, Any] = {
        "ruleId": finding.requirement,
        "ruleIndex": numbers[finding.requirement],
        "level": _LEVELS.get(finding.verdict, "note"),
        "message": {
            "text": "\n".join((finding.operation, *(part for part in parts if part and not part.endswith(": "))))
        },
        "locations": [_location(finding, summary)],
        "partialFingerprints": {"finding/v1": finding.id},
        "occurrenceCount": max(1, finding.times),
        "properties": {"verdict": finding.verdict.value, "exchanges": finding.exchanges},
    }
    return result | ({"suppressions": [{"kind": "external", "status": "accepted"}]} if finding.waived else {})


def _location(finding: Finding, summary: Summary) -> dict[str, Any]:
    source = summary.started.description_source if summary.started else ""
    place = summary.place(finding) or Place(_SHIPPED if source in {"", "shipped"} else source, 1)
    member = {"fullyQualifiedName": summary.pointer(finding), "name": finding.operation, "kind": "member"}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file)},
            "region": {"startLine": place.line},
        },
        "logicalLocations": [member],
    }


def _invocation(summary: Summary) -> dict[str, Any]:
    faults = [each for each in summary.findings if each.verdict is Verdict.ERROR]
    notifications = [{"level": "error", "message": {"text": f"{each.case}: {each.message}"}} for each in faults]
    notifications += [{"level": "warning", "message": {"text": f"cut off: {each}"}} for each in summary.cut_off]
    return {
        "executionSuccessful": not faults and not summary.cut_off,
        "exitCode": summary.verdict.exit_code,
        "toolExecutionNotifications": notifications,
    }


FORMATS = (Format("sarif", "report.sarif", _render),)
