"""Lint: every rule on a description, with the lines where it is broken; and the same as outcomes of a run."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from conformance.description import sources
from conformance.description.description import Description
from conformance.description.lint import rules
from conformance.description.lint.finding import LintFinding, Rule
from conformance.description.lint.reading import Judge, Reading
from conformance.description.load import SHIPPED, load
from conformance.description.positions import Positions
from conformance.description.sources import Fragment
from conformance.errors import DescriptionError
from conformance.model import Level, Outcome, ResourceModel, Verdict
from conformance.registry import collect

JudgeOf = Callable[[Description], Judge]

WHOLE = "*"  # the operation of a case that binds the API as a whole
WHOLE_DOCUMENT = "DSC-01"  # what can be judged of a document that cannot be understood
MOST = 8  # kinds of fault that a run reports of one rule; lint lists all
_ORDER = {level: index for index, level in enumerate(Level)}


@cache
def every_rule() -> tuple[Rule, ...]:
    """All rules, the strongest first."""
    return tuple(sorted(collect(rules, "RULES", Rule), key=lambda rule: (_ORDER[rule.level], rule.requirement or "~")))


def lint(path: Path | None, judge: JudgeOf, *, cache_dir: Path | None = None) -> tuple[LintFinding, ...]:
    """What every rule finds in the description at a path (the shipped one without), overlays left out.

    Raises DescriptionError for what cannot be read at all. Where references or structure are broken, DSC-01 says so,
    and the other rules have nothing to stand on.
    """
    source = path or SHIPPED
    fragments = sources.read(source)
    try:
        description = load(path, overlays=False, cache_dir=cache_dir)
    except DescriptionError:
        # Imported here: YAML and JSONPath cost more than linting what the cache knows.
        from conformance.description.build import document_of  # noqa: PLC0415

        broken = _broken(document_of(fragments, str(source)), judge)
        if not broken:
            raise
        return _placed(broken, fragments)
    return _placed(findings(description, judge), fragments)


def findings(description: Description, judge: JudgeOf) -> tuple[LintFinding, ...]:
    """What every rule finds in a description, rule by rule and in the order of the document; without lines."""
    reading = Reading(description, judge)
    first = [rule for rule in every_rule() if rule.requirement == WHOLE_DOCUMENT]
    told = [finding for rule in first for finding in _findings(rule, reading)]
    look = _carefully if told else _findings
    return (*told, *(each for rule in every_rule() if rule not in first for each in look(rule, reading)))


def _carefully(rule: Rule, reading: Reading) -> list[LintFinding]:
    """What a rule finds in a document that DSC-01 called invalid; nothing, where the rule stumbles over that."""
    try:
        return list(_findings(rule, reading))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


def _broken(document: dict[str, Any], judge: JudgeOf) -> tuple[LintFinding, ...]:
    """What DSC-01 says of a document that no model can be derived of."""
    model = ResourceModel(digest="", title="", version="", base_path="", operations=(), resources=())
    reading = Reading(Description(document, model, "", ""), judge)
    first = [rule for rule in every_rule() if rule.requirement == WHOLE_DOCUMENT]
    return tuple(finding for rule in first for finding in _findings(rule, reading))


def _placed(found: Sequence[LintFinding], fragments: Sequence[Fragment]) -> tuple[LintFinding, ...]:
    positions = Positions(fragments)
    places = [positions.of(each.pointer) for each in found]
    return tuple(
        msgspec.structs.replace(each, file=place.file, line=place.line)
        for each, place in zip(found, places, strict=True)
    )


def _findings(rule: Rule, reading: Reading) -> Iterator[LintFinding]:
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
    """The verdict on each requirement that rules judge, for a run against a server.

    What breaks a MUST is REVIEW there, not FAIL: it is a fault of the description, and the server may well conform.
    Kinds of fault are told once each with the number of places, at most `MOST` of them a rule.
    """
    found = findings(description, judge)
    for requirement in sorted({rule.requirement for rule in every_rule() if rule.requirement}):
        broken = [each for each in found if each.requirement == requirement]
        if not broken:
            yield Outcome(requirement, WHOLE, Verdict.PASS)
        for rule in dict.fromkeys(each.rule for each in broken):
            yield from _told([each for each in broken if each.rule == rule])


def _told(broken: Sequence[LintFinding]) -> Iterator[Outcome]:
    """The findings of one rule by kind of fault; what is beyond the limit goes into the last one."""
    counts = Counter(each.kind for each in broken)
    shown = list(counts)[:MOST]
    firsts = {each.kind: each for each in reversed(broken)}
    for kind in shown:
        rest = sum(counts.values()) - sum(counts[each] for each in shown) if kind == shown[-1] else 0
        yield _outcome(firsts[kind], counts[kind] + rest, rest)


def _outcome(finding: LintFinding, times: int, rest: int) -> Outcome:
    more = f", and {rest} of its like that `evconform description lint` lists" if rest else ""
    must = finding.level is Level.MUST
    return Outcome(
        finding.requirement,
        WHOLE,
        Verdict.REVIEW if must else Verdict.WARN,
        f"{'the description, not the server: ' if must else ''}{finding.message}{more}",
        finding.expected,
        finding.actual,
        finding.pointer,
        cause=f"{finding.rule} {finding.kind}".strip(),
        times=times,
    )
