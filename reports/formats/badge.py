"""A Shields endpoint badge: a word and a colour, never a percentage."""

from enum import StrEnum

import msgspec

from conformance.tools.visible_text import make_visible
from reports.formats.base import Format
from reports.summary import RunVerdict, Summary, WaiverState


class BadgeState(StrEnum):
    """The message of a badge."""

    CERTIFIED = "certified"
    CONFORMS = "conforms"
    WAIVED = "conforms with waivers"
    VIOLATIONS = "violations"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


_LABEL = "ev.energy v2"
_COLOURS = {
    BadgeState.CERTIFIED: "1c6b3f",
    BadgeState.CONFORMS: "2e8b57",
    BadgeState.WAIVED: "8a5200",
    BadgeState.VIOLATIONS: "b3261e",
    BadgeState.EXPIRED: "8a5200",
    BadgeState.REVOKED: "b3261e",
}


def write_badge(state: BadgeState, label: str = _LABEL) -> bytes:
    """Return the JSON of a Shields endpoint badge for a state; `label` says whose it is."""
    content = {
        "schemaVersion": 1,
        "label": label,
        "message": state.value,
        "color": _COLOURS.get(state, "565d68"),
        "isError": state in {BadgeState.VIOLATIONS, BadgeState.REVOKED, BadgeState.ERROR},
    }
    return msgspec.json.encode(content)


def badge_state(summary: Summary) -> BadgeState:
    """Return CERTIFIED if the run signed a certificate, EXPIRED if only expired waivers fail it, else its verdict."""
    if summary.certificate is not None and summary.certificate.verified:
        return BadgeState.CERTIFIED
    if summary.verdict is not RunVerdict.VIOLATIONS:
        return BadgeState(summary.verdict.value)
    waivers = {(waiver.requirement, waiver.operation): waiver.state for waiver in summary.waivers}
    broken = {
        waivers.get((finding.requirement, finding.operation)) for finding in summary.findings if finding.is_violation
    }
    broken |= {waiver.state for waiver in summary.waivers if waiver.state is not WaiverState.ACTIVE}
    return BadgeState.EXPIRED if broken == {WaiverState.EXPIRED} else BadgeState.VIOLATIONS


def _write(summary: Summary) -> dict[str, bytes]:
    named = summary.started.certification if summary.started else None
    label = make_visible(f"{named.subject} · {_LABEL}", one_line=True) if named else _LABEL
    return {"badge.json": write_badge(badge_state(summary), label)}


FORMATS = (Format("badge", "badge.json", _write),)
