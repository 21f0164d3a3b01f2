"""What a partner reads first: whether they are certified, what to mend and how, and what could not be seen."""

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
    """Where a certification stands."""

    CERTIFIED = "certified"
    PASSED = "passed"  # nothing stands against a certificate, and none was signed
    OPEN = "open"  # too little is known
    REFUSED = "refused"


class Mend(msgspec.Struct, frozen=True):
    """One requirement that does not hold: what was seen of it by cause, and what to do."""

    requirement: str
    level: Level
    verdict: Verdict
    waived: bool
    statement: str
    how: str
    seen: tuple[Group, ...]


class Partner(msgspec.Struct, frozen=True):
    """The first page: `must` stands against a certificate, `should` does not; `unseen` begins with what does."""

    named: Certification
    standing: Standing
    must: tuple[Mend, ...]
    should: tuple[Mend, ...]
    unseen: tuple[Cell, ...]


def partner(summary: Summary, groups: tuple[Group, ...]) -> Partner | None:
    """The first page of a run that certifies somebody; None for any other."""
    named = summary.started.certification if summary.started else None
    if named is None:
        return None
    mends = _mends(summary, groups)
    levels = list(Level)
    unseen = [cell for cell in summary.every_cell if cell.verdict in _UNSEEN]
    return Partner(
        named,
        _standing(summary),
        tuple(each for each in mends if _stands_against(each)),
        tuple(each for each in mends if not _stands_against(each)),
        tuple(
            sorted(
                unseen, key=lambda cell: (_UNSEEN.index(cell.verdict), levels.index(summary.level(cell.requirement)))
            )
        ),
    )


def _standing(summary: Summary) -> Standing:
    state = summary.certificate
    if summary.verdict in {RunVerdict.VIOLATIONS, RunVerdict.ERROR}:
        return Standing.REFUSED
    if summary.verdict is RunVerdict.INCONCLUSIVE or (state is not None and state.obstacles):
        return Standing.OPEN
    return Standing.CERTIFIED if state is not None and state.issued is not None else Standing.PASSED


def _stands_against(mend: Mend) -> bool:
    return mend.verdict in {Verdict.FAIL, Verdict.ERROR} and not mend.waived


def _mends(summary: Summary, groups: tuple[Group, ...]) -> list[Mend]:
    """Requirements in the order of their gravest cause."""
    found: dict[tuple[str, bool], list[Group]] = {}
    for group in groups:
        if group.verdict in _MENDABLE:
            found.setdefault((group.requirement, group.waived), []).append(group)
    return [_mend(summary, key, waived, seen) for (key, waived), seen in found.items()]


def _mend(summary: Summary, key: str, waived: bool, seen: list[Group]) -> Mend:
    known = summary.by_id.get(key)
    statement, how = (known.statement, known.mend) if known else ("", "")
    return Mend(key, seen[0].level, seen[0].verdict, waived, statement, how, tuple(seen))
