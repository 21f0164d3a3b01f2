"""Waivers: known violations that have an owner and an expiry date."""

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.model import Case, Verdict
from reports.run_verdict import judge_run
from reports.summary import AppliedWaiver, Finding, Summary, WaiverState

MAX_DURATION = dt.timedelta(days=90)
_AS_PRINTED = dt.timedelta(days=30)
WAIVABLE = frozenset({Verdict.FAIL, Verdict.WARN})
_ENTRY_PLACE = re.compile(r" - at `\$\.waiver\[(\d+)\](?:\.(\w+))?`")
_UNJUDGED = frozenset({Verdict.NOT_TESTED, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.NOT_OBSERVABLE})


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of `waivers.toml`: the violation, the reason, the owner, the issue and the date of expiry."""

    requirement: str
    operation: str
    reason: str
    owner: str
    issue: str
    expires: dt.date

    @property
    def case(self) -> Case:
        """Return the case that the waiver covers."""
        return Case(self.requirement, self.operation)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    waiver: tuple[Waiver, ...] = ()


def load(path: Path) -> tuple[Waiver, ...]:
    """Return the waivers of a file, in its order.

    Raises:
        UsageError: the file cannot be read, or an entry is invalid; names both.
    """
    try:
        waivers = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8-sig")), _File).waiver
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", hint="Name an existing file with --waivers"
        ) from error
    except (ValueError, msgspec.ValidationError) as error:
        raise UsageError(
            f"{path}: {_ENTRY_PLACE.sub(_name_entry, str(error))}", hint=f"Write entries like:\n{_EXAMPLE}"
        ) from error
    for number, waiver in enumerate(waivers, 1):
        empty = [
            name
            for name in ("requirement", "operation", "reason", "owner", "issue")
            if not getattr(waiver, name).strip()
        ]
        if empty:
            raise UsageError(f"{path}: waiver {number} has no {empty[0]}", hint="Give every field a text")
    return waivers


def _name_entry(place: re.Match[str]) -> str:
    """Return the words for a place in the file; entries count from 1, as in all messages about waivers."""
    return f" in waiver {int(place[1]) + 1}" + (f", {place[2]}" if place[2] else "")


def apply(summary: Summary, waivers: Iterable[Waiver], today: dt.date) -> Summary:
    """Return the summary with the findings waived that an active waiver covers, and a new verdict.

    A waiver covers FAIL and WARN on its requirement and operation until the end of the day it expires. One that is
    expired, expires more than 90 days from `today`, occurs twice, covers a case that was not judged, or whose finding
    is gone makes the run fail.
    """
    listed = tuple(waivers)
    count = Counter(waiver.case for waiver in listed)
    applied = [
        _apply_state(waiver, number, _find_state(waiver, count, summary, today), summary, listed)
        for number, waiver in enumerate(listed, 1)
    ]
    active = {Case(waiver.requirement, waiver.operation) for waiver in applied if waiver.state is WaiverState.ACTIVE}
    findings = tuple(
        msgspec.structs.replace(finding, waived=finding.case in active and finding.verdict in WAIVABLE)
        for finding in summary.findings
    )
    return judge_run(msgspec.structs.replace(summary, findings=findings, waivers=tuple(applied)))


def write_entry(finding: Finding, seen_at: float) -> str:
    """Return a waiver for a finding, in TOML, valid for a month after it was seen (`seen_at`, seconds since 1970).

    Reason, owner and issue are for the user to fill in.
    """
    until = dt.datetime.fromtimestamp(seen_at, dt.UTC).date() + _AS_PRINTED
    return _ENTRY.format(
        requirement=_quote_name(finding.requirement), operation=_quote_name(finding.operation), until=until
    )


def _find_state(waiver: Waiver, count: Counter[Case], summary: Summary, today: dt.date) -> WaiverState:
    results = {result.case: result.verdict for result in (*summary.case_results, *summary.unplanned_results)}
    if count[waiver.case] > 1:
        return WaiverState.DUPLICATE
    if waiver.expires < today:
        return WaiverState.EXPIRED
    if waiver.expires > today + MAX_DURATION:
        return WaiverState.TOO_LONG
    if any(finding.case == waiver.case and finding.verdict in WAIVABLE for finding in summary.findings):
        return WaiverState.ACTIVE
    unjudged = waiver.case not in results or results[waiver.case] in _UNJUDGED
    return WaiverState.UNUSED if unjudged else WaiverState.GONE


def _apply_state(
    waiver: Waiver, number: int, state: WaiverState, summary: Summary, listed: tuple[Waiver, ...]
) -> AppliedWaiver:
    fields = {name: getattr(waiver, name) for name in ("requirement", "operation", "reason", "owner", "issue")}
    problem = _explain(waiver, state, summary, listed)
    return AppliedWaiver(**fields, expires=waiver.expires.isoformat(), state=state, number=number, problem=problem)


def _explain(waiver: Waiver, state: WaiverState, summary: Summary, listed: tuple[Waiver, ...]) -> str:
    """Return what is wrong with a waiver, and what was probably meant; empty where it is active."""
    match state:
        case WaiverState.ACTIVE:
            return ""
        case WaiverState.EXPIRED:
            return f"it expired on {waiver.expires}"
        case WaiverState.TOO_LONG:
            return f"it expires on {waiver.expires}: at most {MAX_DURATION.days} days ahead are allowed"
        case WaiverState.DUPLICATE:
            numbers = [str(n) for n, entry in enumerate(listed, 1) if entry.case == waiver.case]
            return f"entries {' and '.join(numbers)} cover the same case"
        case _:
            return _explain_unused(waiver, summary)


def _explain_unused(waiver: Waiver, summary: Summary) -> str:
    """Return why a waiver covers no finding: a name is wrong, the case was not judged, or nothing is wrong with it."""
    operations = {result.operation for result in summary.all_results}
    operations |= set(summary.model.operations_by_key) if summary.model else set()
    names = (
        ("requirement", waiver.requirement, set(summary.requirements_by_id)),
        ("operation", waiver.operation, operations),
    )
    for kind, name, known in names:
        if known and name not in known:
            close = get_close_matches(name, sorted(known), 1)
            return f"the {kind} {name!r} is unknown" + (f"; did you mean {close[0]!r}?" if close else "")
    result = next((result for result in summary.all_results if result.case == waiver.case), None)
    failing = sorted(
        {f.operation for f in summary.findings if f.requirement == waiver.requirement and f.verdict in WAIVABLE}
    )
    elsewhere = f"; {waiver.requirement} is violated at {', '.join(failing[:3])}" if failing else ""
    if result is None:
        return f"{waiver.case} is no case of this run{elsewhere}"
    reason = f", {result.reason}" if result.reason else ""
    return f"{waiver.case} ended {result.verdict}{reason}{elsewhere}"


def _quote_name(text: str) -> str:
    """Quote a text as a TOML basic string: the escapes of JSON, and one for DEL."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


_ENTRY = """[[waiver]]
requirement = {requirement}
operation = {operation}
reason = "why this is accepted for now"
owner = "the person responsible"
issue = "https://tracker.example/issue/1"
expires = {until}  # at most 90 days ahead"""
_EXAMPLE = _ENTRY.format(requirement='"EXP-04"', operation='"GET /evses/{evse_id}"', until="2026-01-31")
