"""Lint findings as text for people, JSON for programs, SARIF 2.1.0 for code scanning."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from conformance import __version__
from conformance.description.lint.finding import LintFinding, Rule
from conformance.model import Level

_SARIF_LEVELS = {Level.MUST: "error", Level.SHOULD: "warning", Level.MAY: "note"}


def as_text(found: Sequence[LintFinding]) -> Iterator[str]:
    """A line each, as compilers have it, and the count."""
    for each in found:
        by = f"{each.requirement} {each.rule}".strip()
        yield f"{each.file}:{each.line}: {each.level} {by}: {each.message} ({each.pointer})"
    counts = Counter(each.level for each in found)
    yield ", ".join(f"{counts[level]} {level}" for level in Level)


def as_json(found: Sequence[LintFinding], rules: Sequence[Rule]) -> bytes:
    """`{"schema": "evconform/lint/1", "counts": {…}, "rules": [{name, requirement, level, says}], "findings": […]}`."""
    counts = Counter(each.level for each in found)
    page = {
        "schema": "evconform/lint/1",
        "counts": {level.value: counts[level] for level in Level},
        "rules": [{"name": r.name, "requirement": r.requirement, "level": r.level, "says": r.says} for r in rules],
        "findings": found,
    }
    return msgspec.json.format(msgspec.json.encode(page))


def as_sarif(found: Sequence[LintFinding], rules: Sequence[Rule]) -> bytes:
    """One run; the rule is the rule of lint, its requirement a tag."""
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    driver = {"name": "evconform description lint", "semanticVersion": __version__, "rules": [_rule(r) for r in rules]}
    run = {"tool": {"driver": driver}, "results": [_result(each, numbers) for each in found]}
    page = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(page))


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.says},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.level]},
        "properties": {"tags": [rule.level.value, *([rule.requirement] if rule.requirement else [])]},
    }


def _result(finding: LintFinding, numbers: dict[str, int]) -> dict[str, Any]:
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
