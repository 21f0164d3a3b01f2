"""EARL 1.0 as JSON-LD (W3C Evaluation and Report Language): one assertion for each case."""

from typing import Any

import msgspec

from conformance.model import Verdict
from conformance.tools.visible_text import escape_json
from reports.formats.base import Format
from reports.summary import CaseResult, Summary

_OUTCOMES = {
    Verdict.PASS: "earl:passed",
    Verdict.WARN: "earl:passed",
    Verdict.FAIL: "earl:failed",
    Verdict.NOT_APPLICABLE: "earl:inapplicable",
    Verdict.NOT_TESTED: "earl:untested",
}
_CONTEXT = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "ev": "urn:evconform:",
    "assertedBy": {"@id": "earl:assertedBy", "@type": "@id"},
    "subject": {"@id": "earl:subject", "@type": "@id"},
    "test": {"@id": "earl:test", "@type": "@id"},
    "mode": {"@id": "earl:mode", "@type": "@id"},
    "outcome": {"@id": "earl:outcome", "@type": "@id"},
    "result": "earl:result",
    "title": "dct:title",
    "description": "dct:description",
    "verdict": "ev:verdict",
    "operation": "ev:operation",
}


def _write(summary: Summary) -> dict[str, bytes]:
    header = summary.started
    version = header.suite_version if header else ""
    subject = {
        "@id": "ev:subject",
        "@type": "earl:TestSubject",
        "title": header.target.base_url if header else "",
        "description": f"description {header.description_sha256}" if header else "",
        "verdict": summary.verdict.value,
    }
    used = sorted({result.requirement for result in summary.all_results})
    graph = [
        {
            "@id": "ev:suite",
            "@type": ["earl:Assertor", "earl:Software", "doap:Project"],
            "title": f"evconform {version}",
        },
        subject,
        *(_build_criterion(key, summary) for key in used),
        *(_build_assertion(result) for result in summary.all_results),
    ]
    return {"earl.jsonld": escape_json(msgspec.json.encode({"@context": _CONTEXT, "@graph": graph}))}


def _build_criterion(key: str, summary: Summary) -> dict[str, Any]:
    known = summary.requirements_by_id.get(key)
    return {"@id": f"ev:requirement:{key}", "@type": "earl:TestRequirement", "title": known.statement if known else key}


def _build_assertion(result: CaseResult) -> dict[str, Any]:
    return {
        "@type": "earl:Assertion",
        "assertedBy": "ev:suite",
        "subject": "ev:subject",
        "test": f"ev:requirement:{result.requirement}",
        "mode": "earl:automatic",
        "operation": result.operation,
        "result": {
            "@type": "earl:TestResult",
            "outcome": _OUTCOMES.get(result.verdict, "earl:cantTell"),
            "verdict": result.verdict.value,
            "description": result.reason,
        },
    }


FORMATS = (Format("earl", "earl.jsonld", _write),)
