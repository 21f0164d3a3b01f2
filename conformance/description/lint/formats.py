"""Lint findings as text for people, JSON for programs, SARIF 2.1.0 for code scanning."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from conformance import __version__
from conformance.description.lint.finding import LintFinding, LintRule
from conformance.model import Level

_SARIF_LEVELS = {Level.MUST: "error", Level.SHOULD: "warning", Level.MAY: "note"}


def format_text(findings: Sequence[LintFinding]) -> Iterator[str]:
    """Yield a line for each finding, in the form that compilers use, and the counts."""
    for finding in findings:
        rule_name = f"{finding.requirement} {finding.rule}".strip()
        yield f"{finding.file}:{finding.line}: {finding.level} {rule_name}: {finding.message} ({finding.pointer})"
    counts = Counter(finding.level for finding in findings)
    yield ", ".join(f"{counts[level]} {level}" for level in Level)


def format_json(findings: Sequence[LintFinding], rules: Sequence[LintRule]) -> bytes:
    """Return the findings as JSON.

    `{"schema": "evconform/lint/1", "counts": {…}, "rules": [{name, requirement, level, says}], "findings": […]}`.
    """
    counts = Counter(finding.level for finding in findings)
    report = {
        "schema": "evconform/lint/1",
        "counts": {level.value: counts[level] for level in Level},
        "rules": [
            {"name": rule.name, "requirement": rule.requirement, "level": rule.level, "says": rule.says}
            for rule in rules
        ],
        "findings": findings,
    }
    return msgspec.json.format(msgspec.json.encode(report))


def format_sarif(findings: Sequence[LintFinding], rules: Sequence[LintRule]) -> bytes:
    """Return a SARIF log of one run; the requirement of a rule is a tag."""
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    driver = {
        "name": "evconform description lint",
        "semanticVersion": __version__,
        "rules": [_rule_to_sarif(rule) for rule in rules],
    }
    run = {"tool": {"driver": driver}, "results": [_finding_to_sarif(finding, numbers) for finding in findings]}
    report = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(report))


def _rule_to_sarif(rule: LintRule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.says},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.level]},
        "properties": {"tags": [rule.level.value, *([rule.requirement] if rule.requirement else [])]},
    }


def _finding_to_sarif(finding: LintFinding, numbers: dict[str, int]) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(finding.file)}, "region": {"startLine": max(1, finding.line)}}
    return {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": _SARIF_LEVELS[finding.level],
        "message": {"text": finding.message},
        "locations": [
            {"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": finding.pointer, "kind": "member"}]}
        ],
    }
