"""The data of every case for the page: columns of numbers, small enough to decode when it opens."""

from collections.abc import Iterable
from typing import Any

from reports.summary import GRAVITY, CaseResult, Finding, Summary

WHOLE_API = "whole API"
_LONGEST = 400  # characters of a finding that the search looks at


class _Words:
    """Strings by number, each stored once."""

    def __init__(self) -> None:
        self.listed: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        if word not in self._numbers:
            self._numbers[word] = len(self.listed)
            self.listed.append(word)
        return self._numbers[word]


def build_columns(summary: Summary) -> dict[str, Any]:
    """Return requirements, operations with their column of the matrix, cases, exclusions and findings."""
    operations, reasons = _Words(), _Words()
    requirements = {requirement.id: n for n, requirement in enumerate(summary.requirements)}
    results = (*summary.case_results, *summary.unplanned_results)
    for result in results:
        requirements.setdefault(result.requirement, len(requirements))
    for exclusion in summary.excluded:
        requirements.setdefault(exclusion.requirement, len(requirements))
    columns = _build_case_columns(results, requirements, operations, reasons)
    excluded = [
        [
            requirements[exclusion.requirement],
            reasons.number(exclusion.reason),
            [operations.number(key) for key in exclusion.operations],
        ]
        for exclusion in summary.excluded
    ]
    return {
        "verdicts": [verdict.value for verdict in GRAVITY],
        "requirements": [_requirement_row(key, summary) for key in requirements],
        "results": columns,
        "unplannedFrom": len(summary.case_results),
        "excluded": excluded,
        "findings": [_finding_row(finding) for finding in summary.findings],
        "operations": [[key, _matrix_column(key, summary)] for key in operations.listed],
        "reasons": reasons.listed,
    }


def _build_case_columns(
    results: Iterable[CaseResult], requirements: dict[str, int], operations: _Words, reasons: _Words
) -> dict[str, Any]:
    listed = list(results)
    ranks = {verdict: rank for rank, verdict in enumerate(GRAVITY)}
    return {
        "requirement": [requirements[result.requirement] for result in listed],
        "operation": [operations.number(result.operation) for result in listed],
        "verdict": [ranks[result.verdict] for result in listed],
        "reason": [reasons.number(result.reason) for result in listed],
        "seen": [result.observations for result in listed],
        "tried": [result.tried if result.is_sampled else 0 for result in listed],
        "known": [result.known if result.is_sampled else 0 for result in listed],
    }


def _requirement_row(key: str, summary: Summary) -> list[str]:
    known = summary.requirements_by_id.get(key)
    family = key.partition("-")[0]
    if known is None:
        return [key, summary.requirement_level(key).value, family, "not in the catalogue", "", ""]
    return [key, known.level.value, family, known.statement, known.seen, known.not_tested]


def _matrix_column(key: str, summary: Summary) -> str:
    """Return the resource of an operation: the first part of its name, or its group where it has none."""
    operation = summary.model.operations_by_key.get(key) if summary.model else None
    if operation is None:
        return WHOLE_API if key == "*" else key.rpartition(" ")[2].strip("/").partition("/")[0] or WHOLE_API
    return operation.resource.partition(".")[0] or operation.group or "root"


def _finding_row(finding: Finding) -> dict[str, Any]:
    text = f"{finding.message} {finding.pointer} {finding.expected} {finding.actual}"
    return {
        "id": finding.id,
        "requirement": finding.requirement,
        "operation": finding.operation,
        "verdict": finding.verdict.value,
        "level": finding.level.value,
        "text": text[:_LONGEST],
        "exchanges": finding.exchanges,
    }
