"""A Shields endpoint badge: a word and a colour, never a percentage."""

from enum import StrEnum

import msgspec

from reports.formats.base import Format
from reports.summary import RunVerdict, Summary, WaiverState


class State(StrEnum):
    """What a badge can say."""

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
    """The JSON of a Shields endpoint for a state; what certifies says CERTIFIED, and EXPIRED when that is over."""
    content = {
        "schemaVersion": 1,
        "label": "ev.energy v2",
        "message": state.value,
        "color": _COLOURS.get(state, "565d68"),
        "isError": state in {State.VIOLATIONS, State.REVOKED, State.ERROR},
    }
    return msgspec.json.encode(content)


def state_of(summary: Summary) -> State:
    """CERTIFIED where it just was, else the verdict; EXPIRED where all that fails is that a waiver ran out."""
    if summary.certificate is not None and summary.certificate.verified:
        return State.CERTIFIED
    if summary.verdict is not RunVerdict.VIOLATIONS:
        return State(summary.verdict.value)
    waivers = {(each.requirement, each.operation): each.state for each in summary.waivers}
    broken = {waivers.get((each.requirement, each.operation)) for each in summary.findings if each.violation}
    broken |= {each.state for each in summary.waivers if each.state is not WaiverState.ACTIVE}
    return State.EXPIRED if broken == {WaiverState.EXPIRED} else State.VIOLATIONS


def _render(summary: Summary) -> dict[str, bytes]:
    return {"badge.json": badge(state_of(summary))}


FORMATS = (Format("badge", "badge.json", _render),)
