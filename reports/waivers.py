"""Waivers: violations that somebody answers for, for a while."""

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.model import Case, Verdict
from reports.judging import judged
from reports.summary import AppliedWaiver, Finding, Summary, WaiverState

LONGEST = dt.timedelta(days=90)
_AS_PRINTED = dt.timedelta(days=30)
WAIVABLE = frozenset({Verdict.FAIL, Verdict.WARN})
_UNJUDGED = frozenset({Verdict.NOT_TESTED, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.NOT_OBSERVABLE})


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of `waivers.toml`: which violation is accepted, why, by whom, where it is followed up, until when."""

    requirement: str
    operation: str
    reason: str
    owner: str
    issue: str
    expires: dt.date

    @property
    def case(self) -> Case:
        """The requirement on the operation that it covers."""
        return Case(self.requirement, self.operation)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    waiver: tuple[Waiver, ...] = ()


def load(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order; raises UsageError that names the file and the faulty entry."""
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).waiver
    except OSError as fault:
        raise UsageError(
            f"{path} cannot be read: {fault.strerror}", hint="Name an existing file with --waivers."
        ) from fault
    except (ValueError, msgspec.ValidationError) as fault:
        raise UsageError(f"{path}: {fault}", hint=f"write entries like:\n{_EXAMPLE}") from fault
    for number, each in enumerate(found, 1):
        empty = [
            name for name in ("requirement", "operation", "reason", "owner", "issue") if not getattr(each, name).strip()
        ]
        if empty:
            raise UsageError(f"{path}: waiver {number} has no {empty[0]}", hint="Every field must say something.")
    return found


def apply(summary: Summary, waivers: Iterable[Waiver], today: dt.date) -> Summary:
    """The summary with its findings waived where an active waiver covers them, and judged anew.

    A waiver covers FAIL and WARN on its requirement and operation until the end of the day it expires. One that is
    expired, expires more than 90 days from `today`, stands twice, covers nothing that was judged, or whose finding is
    gone makes the run fail.
    """
    listed = tuple(waivers)
    count = Counter(each.case for each in listed)
    applied = [_applied(each, _state(each, count, summary, today)) for each in listed]
    active = {Case(each.requirement, each.operation) for each in applied if each.state is WaiverState.ACTIVE}
    findings = tuple(
        msgspec.structs.replace(each, waived=each.case in active and each.verdict in WAIVABLE)
        for each in summary.findings
    )
    return judged(msgspec.structs.replace(summary, findings=findings, waivers=tuple(applied)))


def entry(finding: Finding, seen_at: float) -> str:
    """An entry for a finding, in TOML, that is accepted as it is for a month after it was seen (epoch seconds).

    Whoever pastes it says why, who answers and where it is followed.
    """
    until = dt.datetime.fromtimestamp(seen_at, dt.UTC).date() + _AS_PRINTED
    return _ENTRY.format(requirement=_toml(finding.requirement), operation=_toml(finding.operation), until=until)


def _state(waiver: Waiver, count: Counter[Case], summary: Summary, today: dt.date) -> WaiverState:
    cells = {cell.case: cell.verdict for cell in (*summary.cells, *summary.unplanned)}
    if count[waiver.case] > 1:
        return WaiverState.DUPLICATE
    if waiver.expires < today:
        return WaiverState.EXPIRED
    if waiver.expires > today + LONGEST:
        return WaiverState.TOO_LONG
    if any(each.case == waiver.case and each.verdict in WAIVABLE for each in summary.findings):
        return WaiverState.ACTIVE
    unjudged = waiver.case not in cells or cells[waiver.case] in _UNJUDGED
    return WaiverState.UNUSED if unjudged else WaiverState.GONE


def _applied(waiver: Waiver, state: WaiverState) -> AppliedWaiver:
    fields = {name: getattr(waiver, name) for name in ("requirement", "operation", "reason", "owner", "issue")}
    return AppliedWaiver(**fields, expires=waiver.expires.isoformat(), state=state)


def _toml(text: str) -> str:
    """A TOML basic string; its escapes are those of JSON, and DEL besides."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


_ENTRY = """[[waiver]]
requirement = {requirement}
operation = {operation}
reason = "why this is accepted for now"
owner = "who answers for it"
issue = "https://where.it/is/followed"
expires = {until}  # at most 90 days ahead"""
_EXAMPLE = _ENTRY.format(requirement='"EXP-04"', operation='"GET /evses/{evse_id}"', until="2026-01-31")
