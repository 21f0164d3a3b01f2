"""The first page of a certification report: its standing, what to fix and how, and what could not be judged."""

from enum import StrEnum

import msgspec

from conformance.model import Certification, Level, Verdict
from reports.groups import FindingGroup
from reports.summary import CaseResult, RunVerdict, Summary

_UNSEEN = (
    Verdict.INCONCLUSIVE,
    Verdict.NOT_TESTED,
    Verdict.REVIEW,
    Verdict.NOT_OBSERVABLE,
    Verdict.NOT_APPLICABLE,
)
_MENDABLE = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.ERROR})


class CertificationStanding(StrEnum):
    """The standing of a certification."""

    CERTIFIED = "certified"
    PASSED = "passed"  # nothing prevents a certificate, and none was signed
    OPEN = "open"  # too little is known
    REFUSED = "refused"


class RequirementFix(msgspec.Struct, frozen=True):
    """One requirement that is violated: the findings by cause, and how to fix it."""

    requirement: str
    level: Level
    verdict: Verdict
    waived: bool
    statement: str
    how: str
    seen: tuple[FindingGroup, ...]


class FirstPage(msgspec.Struct, frozen=True):
    """The first page: `must` prevents a certificate, `should` does not; `unseen` begins with what prevents it."""

    named: Certification
    standing: CertificationStanding
    must: tuple[RequirementFix, ...]
    should: tuple[RequirementFix, ...]
    unseen: tuple[CaseResult, ...]


def build_first_page(summary: Summary, groups: tuple[FindingGroup, ...]) -> FirstPage | None:
    """Return the first page of a certification, or None for any other run."""
    named = summary.started.certification if summary.started else None
    if named is None:
        return None
    mends = _collect_mends(summary, groups)
    levels = list(Level)
    unseen = [result for result in summary.all_results if result.verdict in _UNSEEN]
    return FirstPage(
        named,
        _find_standing(summary),
        tuple(mend for mend in mends if _is_obstacle(mend)),
        tuple(mend for mend in mends if not _is_obstacle(mend)),
        tuple(
            sorted(
                unseen,
                key=lambda result: (
                    _UNSEEN.index(result.verdict),
                    levels.index(summary.requirement_level(result.requirement)),
                ),
            )
        ),
    )


def _find_standing(summary: Summary) -> CertificationStanding:
    state = summary.certificate
    if summary.verdict in {RunVerdict.VIOLATIONS, RunVerdict.ERROR}:
        return CertificationStanding.REFUSED
    if summary.verdict is RunVerdict.INCONCLUSIVE or (state is not None and state.obstacles):
        return CertificationStanding.OPEN
    return (
        CertificationStanding.CERTIFIED
        if state is not None and state.issued is not None
        else CertificationStanding.PASSED
    )


def _is_obstacle(mend: RequirementFix) -> bool:
    return mend.verdict in {Verdict.FAIL, Verdict.ERROR} and not mend.waived


def _collect_mends(summary: Summary, groups: tuple[FindingGroup, ...]) -> list[RequirementFix]:
    """Return the violated requirements in the order of their gravest cause."""
    causes: dict[tuple[str, bool], list[FindingGroup]] = {}
    for group in groups:
        if group.verdict in _MENDABLE:
            causes.setdefault((group.requirement, group.waived), []).append(group)
    return [_build_mend(summary, key, waived, seen) for (key, waived), seen in causes.items()]


def _build_mend(summary: Summary, key: str, waived: bool, seen: list[FindingGroup]) -> RequirementFix:
    known = summary.requirements_by_id.get(key)
    statement, how = (known.statement, known.mend) if known else ("", "")
    return RequirementFix(key, seen[0].level, seen[0].verdict, waived, statement, how, tuple(seen))
