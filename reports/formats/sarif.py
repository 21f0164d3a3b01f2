"""SARIF 2.1.0 for code scanning: results are findings, located in the description that was tested.

At most 5,000 results, the gravest first, as GitHub shows no more of one run. The location of a result is the line of
its pointer or operation in the description; line 1 if it concerns the whole API or the run log holds no line.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from conformance.model import Place, Verdict
from conformance.tools.visible_text import make_json_visible
from reports.formats.base import Format
from reports.summary import Finding, Summary

SHOWN = 5000
_BUNDLED = "specs/ev-energy-v2/openapi.yaml"
_LEVELS = {Verdict.FAIL: "error", Verdict.WARN: "warning"}
_KINDS = {Verdict.REVIEW: "review", Verdict.INCONCLUSIVE: "open"}  # section 3.27.9; their level is then none


def _write(summary: Summary) -> dict[str, bytes]:
    findings = [finding for finding in summary.findings if finding.verdict is not Verdict.ERROR]
    rules = sorted({finding.requirement for finding in findings})
    numbers = {key: number for number, key in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "evconform",
                "semanticVersion": summary.started.suite_version if summary.started else "0.0.0",
                "rules": [_build_rule(key, summary) for key in rules],
            }
        },
        "automationDetails": {"id": _name_run(summary)},
        "invocations": [_build_invocation(summary)],
        "results": [_build_result(finding, numbers, summary) for finding in findings[:SHOWN]],
        "properties": {
            "verdict": summary.verdict.value,
            "counts": {verdict.value: count for verdict, count in summary.counts.items()},
            "results": len(findings),
        },
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return {"report.sarif": make_json_visible(msgspec.json.encode(document))}


def _name_run(summary: Summary) -> str:
    """Return what the results are about: a target, or the partner's system that is certified."""
    header = summary.started
    if header is None:
        return "evconform/"
    named = header.certification
    about = f"{named.kind}/{named.subject} {named.version}".rstrip() if named else header.target.name
    return f"evconform/{about}/"


def _build_rule(key: str, summary: Summary) -> dict[str, Any]:
    known = summary.requirements_by_id.get(key)
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


def _build_result(finding: Finding, numbers: dict[str, int], summary: Summary) -> dict[str, Any]:
    parts = (finding.message, *(f"{name}: {getattr(finding, name)}" for name in ("pointer", "expected", "actual")))
    result: dict[str, Any] = {
        "ruleId": finding.requirement,
        "ruleIndex": numbers[finding.requirement],
        "kind": _KINDS.get(finding.verdict, "fail"),
        "level": _LEVELS.get(finding.verdict, "none"),
        "message": {
            "text": "\n".join((finding.operation, *(part for part in parts if part and not part.endswith(": "))))
        },
        "locations": [_build_location(finding, summary)],
        "partialFingerprints": {"finding/v1": finding.id},
        "occurrenceCount": max(1, finding.times),
        "properties": {"verdict": finding.verdict.value, "exchanges": finding.exchanges},
    }
    return result | ({"suppressions": [{"kind": "external", "status": "accepted"}]} if finding.waived else {})


def _build_location(finding: Finding, summary: Summary) -> dict[str, Any]:
    header = summary.started
    source = _BUNDLED if header is None or header.is_bundled else header.description_source
    place = summary.find_place(finding) or Place(source, 1)
    member = {"fullyQualifiedName": summary.find_pointer(finding), "name": finding.operation, "kind": "member"}
    named = summary.started.certification if summary.started else None
    if named is not None:
        member |= {"fullyQualifiedName": f"{named.subject} {named.version}: {finding.operation}", "kind": "module"}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file)},
            "region": {"startLine": place.line},
        },
        "logicalLocations": [member],
    }


def _build_invocation(summary: Summary) -> dict[str, Any]:
    errors = [finding for finding in summary.findings if finding.verdict is Verdict.ERROR]
    notifications = [
        {"level": "error", "message": {"text": f"{finding.case}: {finding.message}"}} for finding in errors
    ]
    notifications += [{"level": "warning", "message": {"text": f"cut off: {reason}"}} for reason in summary.cut_off]
    return {
        "executionSuccessful": not errors and not summary.cut_off,
        "exitCode": summary.verdict.exit_code,
        "toolExecutionNotifications": notifications,
    }


FORMATS = (Format("sarif", "report.sarif", _write),)
