"""Lint: every rule applied to a description, as findings with their lines, or as outcomes of a run."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from conformance.description import sources
from conformance.description.description import Description
from conformance.description.lint import rules
from conformance.description.lint.context import Judge, Reading
from conformance.description.lint.finding import LintFinding, Rule
from conformance.description.loader import SHIPPED, load
from conformance.description.positions import Positions
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError
from conformance.model import Level, Outcome, ResourceModel, Verdict
from conformance.tools.registry import collect

JudgeOf = Callable[[Description], Judge]

WHOLE = "*"  # the operation of a case that concerns the whole API
WHOLE_DOCUMENT = "DSC-01"  # the one requirement that a broken document can be judged by
MOST = 8  # kinds of defect that a run reports of one rule; lint lists all
_ORDER = {level: index for index, level in enumerate(Level)}


@cache
def every_rule() -> tuple[Rule, ...]:
    """Return all rules, the strongest first."""
    return tuple(sorted(collect(rules, "RULES", Rule), key=lambda rule: (_ORDER[rule.level], rule.requirement or "~")))


def lint(path: Path | None, judge: JudgeOf, *, cache_dir: Path | None = None) -> tuple[LintFinding, ...]:
    """Return the findings of every rule on the description at a path (default: the bundled one), without overlays.

    Raises DescriptionError for a file that cannot be read at all. If references or structure are broken, DSC-01 reports
    it, and no other rule is applied.
    """
    source = path or SHIPPED
    fragments = sources.read(source)
    try:
        description = load(path, overlays=False, cache_dir=cache_dir)
    except DescriptionError:
        # Imported here: importing YAML and JSONPath takes longer than linting a cached description.
        from conformance.description.builder import document_of  # noqa: PLC0415

        broken = _find_broken_parts(document_of(fragments, str(source)), judge)
        if not broken:
            raise
        return _add_places(broken, fragments)
    return _add_places(findings(description, judge), fragments)


def findings(description: Description, judge: JudgeOf) -> tuple[LintFinding, ...]:
    """Return the findings of every rule, rule by rule and in the order of the document; without lines."""
    reading = Reading(description, judge)
    first_rules = [rule for rule in every_rule() if rule.requirement == WHOLE_DOCUMENT]
    first_findings = [finding for rule in first_rules for finding in _apply_rule(rule, reading)]
    find = _apply_rule_safely if first_findings else _apply_rule
    return (
        *first_findings,
        *(finding for rule in every_rule() if rule not in first_rules for finding in find(rule, reading)),
    )


def _apply_rule_safely(rule: Rule, reading: Reading) -> list[LintFinding]:
    """Return the findings of a rule in a document that DSC-01 found invalid; none if the rule fails on it."""
    try:
        return list(_apply_rule(rule, reading))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


def _find_broken_parts(document: dict[str, Any], judge: JudgeOf) -> tuple[LintFinding, ...]:
    """Return the findings of DSC-01 in a document from which no model can be derived."""
    model = ResourceModel(digest="", title="", version="", base_path="", operations=(), resources=())
    reading = Reading(Description(document, model, "", ""), judge)
    first_rules = [rule for rule in every_rule() if rule.requirement == WHOLE_DOCUMENT]
    return tuple(finding for rule in first_rules for finding in _apply_rule(rule, reading))


def _add_places(findings: Sequence[LintFinding], fragments: Sequence[Fragment]) -> tuple[LintFinding, ...]:
    positions = Positions(fragments)
    places = [positions.of(finding.pointer) for finding in findings]
    return tuple(
        msgspec.structs.replace(finding, file=place.file, line=place.line)
        for finding, place in zip(findings, places, strict=True)
    )


def _apply_rule(rule: Rule, reading: Reading) -> Iterator[LintFinding]:
    for hit in dict.fromkeys(rule.check(reading)):
        yield LintFinding(
            rule=rule.name,
            level=rule.level,
            pointer=hit.pointer,
            message=hit.message,
            requirement=rule.requirement,
            expected=hit.expected,
            actual=hit.actual,
            kind=hit.kind,
        )


def outcomes(description: Description, judge: JudgeOf) -> Iterator[Outcome]:
    """Yield the verdict on each requirement that rules judge, for a run against a server.

    A broken MUST is REVIEW here, not FAIL: the description is defective, and the server may well conform. Each kind of
    defect is reported once, with the number of places; at most `MOST` kinds a rule.
    """
    all_findings = findings(description, judge)
    for requirement in sorted({rule.requirement for rule in every_rule() if rule.requirement}):
        broken = [finding for finding in all_findings if finding.requirement == requirement]
        if not broken:
            yield Outcome(requirement, WHOLE, Verdict.PASS)
        for rule in dict.fromkeys(finding.rule for finding in broken):
            yield from _group_outcomes([finding for finding in broken if finding.rule == rule])


def _group_outcomes(broken: Sequence[LintFinding]) -> Iterator[Outcome]:
    """Yield one outcome for each kind of defect of one rule; the last one counts what exceeds the limit."""
    counts = Counter(finding.kind for finding in broken)
    kinds = list(counts)[:MOST]
    firsts = {finding.kind: finding for finding in reversed(broken)}
    for kind in kinds:
        rest = sum(counts.values()) - sum(counts[kind] for kind in kinds) if kind == kinds[-1] else 0
        yield _build_outcome(firsts[kind], counts[kind] + rest, rest)


def _build_outcome(finding: LintFinding, times: int, rest: int) -> Outcome:
    note = f", and {rest} more of this rule, listed by `evconform description lint`" if rest else ""
    is_must = finding.level is Level.MUST
    return Outcome(
        finding.requirement,
        WHOLE,
        Verdict.REVIEW if is_must else Verdict.WARN,
        f"{'the description, not the server: ' if is_must else ''}{finding.message}{note}",
        finding.expected,
        finding.actual,
        finding.pointer,
        cause=f"{finding.rule} {finding.kind}".strip(),
        times=times,
    )
