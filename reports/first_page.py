"""The first page of a certification report: its standing, what to fix and how, and what could not be judged."""

from enum import StrEnum

import msgspec

from conformance.model import Certification, Level, Verdict
from reports.groups import Group
from reports.summary import Cell, RunVerdict, Summary

_UNSEEN = (
    Verdict.INCONCLUSIVE,
    Verdict.NOT_TESTED,
    Verdict.REVIEW,
    Verdict.NOT_OBSERVABLE,
    Verdict.NOT_APPLICABLE,
)
_MENDABLE = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.ERROR})


class Standing(StrEnum):
    """The standing of a certification."""

    CERTIFIED = "certified"
    PASSED = "passed"  # nothing prevents a certificate, and none was signed
    OPEN = "open"  # too little is known
    REFUSED = "refused"


class Mend(msgspec.Struct, frozen=True):
    """One requirement that is violated: the findings by cause, and how to fix it."""

    requirement: str
    level: Level
    verdict: Verdict
    waived: bool
    statement: str
    how: str
    seen: tuple[Group, ...]


class Partner(msgspec.Struct, frozen=True):
    """The first page: `must` prevents a certificate, `should` does not; `unseen` begins with what prevents it."""

    named: Certification
    standing: Standing
    must: tuple[Mend, ...]
    should: tuple[Mend, ...]
    unseen: tuple[Cell, ...]


def partner(summary: Summary, groups: tuple[Group, ...]) -> Partner | None:
    """Return the first page of a certification, or None for any other run."""
    named = summary.started.certification if summary.started else None
    if named is None:
        return None
    mends = _collect_mends(summary, groups)
    levels = list(Level)
    unseen = [cell for cell in summary.every_cell if cell.verdict in _UNSEEN]
    return Partner(
        named,
        _find_standing(summary),
        tuple(mend for mend in mends if _is_obstacle(mend)),
        tuple(mend for mend in mends if not _is_obstacle(mend)),
        tuple(
            sorted(
                unseen, key=lambda cell: (_UNSEEN.index(cell.verdict), levels.index(summary.level(cell.requirement)))
            )
        ),
    )


def _find_standing(summary: Summary) -> Standing:
    state = summary.certificate
    if summary.verdict in {RunVerdict.VIOLATIONS, RunVerdict.ERROR}:
        return Standing.REFUSED
    if summary.verdict is RunVerdict.INCONCLUSIVE or (state is not None and state.obstacles):
        return Standing.OPEN
    return Standing.CERTIFIED if state is not None and state.issued is not None else Standing.PASSED


def _is_obstacle(mend: Mend) -> bool:
    return mend.verdict in {Verdict.FAIL, Verdict.ERROR} and not mend.waived


def _collect_mends(summary: Summary, groups: tuple[Group, ...]) -> list[Mend]:
    """Return the violated requirements in the order of their gravest cause."""
    causes: dict[tuple[str, bool], list[Group]] = {}
    for group in groups:
        if group.verdict in _MENDABLE:
            causes.setdefault((group.requirement, group.waived), []).append(group)
    return [_build_mend(summary, key, waived, seen) for (key, waived), seen in causes.items()]


def _build_mend(summary: Summary, key: str, waived: bool, seen: list[Group]) -> Mend:
    known = summary.by_id.get(key)
    statement, how = (known.statement, known.mend) if known else ("", "")
    return Mend(key, seen[0].level, seen[0].verdict, waived, statement, how, tuple(seen))
