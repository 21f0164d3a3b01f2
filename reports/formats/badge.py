"""A Shields endpoint badge: a word and a colour, never a percentage."""

from enum import StrEnum

import msgspec

from reports.formats.base import Format
from reports.summary import RunVerdict, Summary, WaiverState


class State(StrEnum):
    """The message of a badge."""

    CERTIFIED = "certified"
    CONFORMS = "conforms"
    WAIVED = "conforms with waivers"
    VIOLATIONS = "violations"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


_COLOURS = {
    State.CERTIFIED: "1c6b3f",
    State.CONFORMS: "2e8b57",
    State.WAIVED: "8a5200",
    State.VIOLATIONS: "b3261e",
    State.EXPIRED: "8a5200",
    State.REVOKED: "b3261e",
}


def badge(state: State) -> bytes:
    """Return the JSON of a Shields endpoint badge for a state."""
    content = {
        "schemaVersion": 1,
        "label": "ev.energy v2",
        "message": state.value,
        "color": _COLOURS.get(state, "565d68"),
        "isError": state in {State.VIOLATIONS, State.REVOKED, State.ERROR},
    }
    return msgspec.json.encode(content)


def state_of(summary: Summary) -> State:
    """Return CERTIFIED if the run signed a certificate, EXPIRED if only expired waivers fail it, else its verdict."""
    if summary.certificate is not None and summary.certificate.verified:
        return State.CERTIFIED
    if summary.verdict is not RunVerdict.VIOLATIONS:
        return State(summary.verdict.value)
    waivers = {(waiver.requirement, waiver.operation): waiver.state for waiver in summary.waivers}
    broken = {
        waivers.get((finding.requirement, finding.operation)) for finding in summary.findings if finding.violation
    }
    broken |= {waiver.state for waiver in summary.waivers if waiver.state is not WaiverState.ACTIVE}
    return State.EXPIRED if broken == {WaiverState.EXPIRED} else State.VIOLATIONS


def _write(summary: Summary) -> dict[str, bytes]:
    return {"badge.json": badge(state_of(summary))}


FORMATS = (Format("badge", "badge.json", _write),)
