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
from conformance.description.lint.context import InstanceValidator, LintContext
from conformance.description.lint.finding import LintFinding, LintRule
from conformance.description.loader import BUNDLED_DESCRIPTION, load_description
from conformance.description.positions import Positions
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError
from conformance.model import Level, Outcome, ResourceModel, Verdict
from conformance.tools.registry import collect_members

ValidatorFactory = Callable[[Description], InstanceValidator]

WHOLE_API = "*"  # the operation of a case that concerns the whole API
DOCUMENT_REQUIREMENT = "DSC-01"  # the one requirement that a broken document can be judged by
MAX_KINDS_PER_RULE = 8  # kinds of defect that a run reports of one rule; lint lists all
_ORDER = {level: index for index, level in enumerate(Level)}


@cache
def list_rules() -> tuple[LintRule, ...]:
    """Return all rules, the strongest first."""
    return tuple(
        sorted(
            collect_members(rules, "RULES", LintRule), key=lambda rule: (_ORDER[rule.level], rule.requirement or "~")
        )
    )


def lint_description(
    path: Path | None, judge: ValidatorFactory, *, cache_dir: Path | None = None
) -> tuple[LintFinding, ...]:
    """Return the findings of every rule on the description at a path (default: the bundled one), without overlays.

    Raises DescriptionError for a file that cannot be read at all. If references or structure are broken, DSC-01 reports
    it, and no other rule is applied.
    """
    source = path or BUNDLED_DESCRIPTION
    fragments = sources.read_fragments(source)
    try:
        description = load_description(path, overlays=False, cache_dir=cache_dir)
    except DescriptionError:
        # Imported here: importing YAML and JSONPath takes longer than linting a cached description.
        from conformance.description.builder import build_document  # noqa: PLC0415

        broken = _find_broken_parts(build_document(fragments, str(source)), judge)
        if not broken:
            raise
        return _add_places(broken, fragments)
    return _add_places(find_all(description, judge), fragments)


def find_all(description: Description, judge: ValidatorFactory) -> tuple[LintFinding, ...]:
    """Return the findings of every rule, rule by rule and in the order of the document; without lines."""
    reading = LintContext(description, judge)
    first_rules = [rule for rule in list_rules() if rule.requirement == DOCUMENT_REQUIREMENT]
    first_findings = [finding for rule in first_rules for finding in _apply_rule(rule, reading)]
    find = _apply_rule_safely if first_findings else _apply_rule
    return (
        *first_findings,
        *(finding for rule in list_rules() if rule not in first_rules for finding in find(rule, reading)),
    )


def _apply_rule_safely(rule: LintRule, reading: LintContext) -> list[LintFinding]:
    """Return the findings of a rule in a document that DSC-01 found invalid; none if the rule fails on it."""
    try:
        return list(_apply_rule(rule, reading))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


def _find_broken_parts(document: dict[str, Any], judge: ValidatorFactory) -> tuple[LintFinding, ...]:
    """Return the findings of DSC-01 in a document from which no model can be derived."""
    model = ResourceModel(digest="", title="", version="", base_path="", operations=(), resources=())
    reading = LintContext(Description(document, model, "", ""), judge)
    first_rules = [rule for rule in list_rules() if rule.requirement == DOCUMENT_REQUIREMENT]
    return tuple(finding for rule in first_rules for finding in _apply_rule(rule, reading))


def _add_places(findings: Sequence[LintFinding], fragments: Sequence[Fragment]) -> tuple[LintFinding, ...]:
    positions = Positions(fragments)
    places = [positions.find_place(finding.pointer) for finding in findings]
    return tuple(
        msgspec.structs.replace(finding, file=place.file, line=place.line)
        for finding, place in zip(findings, places, strict=True)
    )


def _apply_rule(rule: LintRule, reading: LintContext) -> Iterator[LintFinding]:
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


def build_outcomes(description: Description, judge: ValidatorFactory) -> Iterator[Outcome]:
    """Yield the verdict on each requirement that rules judge, for a run against a server.

    A broken MUST is REVIEW here, not FAIL: the description is defective, and the server may well conform. Each kind of
    defect is reported once, with the number of places; at most `MOST` kinds a rule.
    """
    all_findings = find_all(description, judge)
    for requirement in sorted({rule.requirement for rule in list_rules() if rule.requirement}):
        broken = [finding for finding in all_findings if finding.requirement == requirement]
        if not broken:
            yield Outcome(requirement, WHOLE_API, Verdict.PASS)
        for rule in dict.fromkeys(finding.rule for finding in broken):
            yield from _group_outcomes([finding for finding in broken if finding.rule == rule])


def _group_outcomes(broken: Sequence[LintFinding]) -> Iterator[Outcome]:
    """Yield one outcome for each kind of defect of one rule; the last one counts what exceeds the limit."""
    counts = Counter(finding.kind for finding in broken)
    kinds = list(counts)[:MAX_KINDS_PER_RULE]
    firsts = {finding.kind: finding for finding in reversed(broken)}
    for kind in kinds:
        rest = sum(counts.values()) - sum(counts[kind] for kind in kinds) if kind == kinds[-1] else 0
        yield _build_outcome(firsts[kind], counts[kind] + rest, rest)


def _build_outcome(finding: LintFinding, times: int, rest: int) -> Outcome:
    note = f", and {rest} more of this rule, listed by `evconform description lint`" if rest else ""
    is_must = finding.level is Level.MUST
    return Outcome(
        finding.requirement,
        WHOLE_API,
        Verdict.REVIEW if is_must else Verdict.WARN,
        f"{'the description, not the server: ' if is_must else ''}{finding.message}{note}",
        finding.expected,
        finding.actual,
        finding.pointer,
        cause=f"{finding.rule} {finding.kind}".strip(),
        times=times,
    )
