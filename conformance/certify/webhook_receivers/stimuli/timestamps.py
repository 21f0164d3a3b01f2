"""W12 to W14: correctly signed messages whose timestamp is too old, too new, or no time."""

from typing import Any

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Stimulus
from conformance.certify.webhook_receivers.stimuli.families import cover_both_families, cover_ended
from conformance.certify.webhook_receivers.stimuli.reasons import REPLAY
from conformance.model import Level

_REFUSE, _ACCEPT = ExpectedResponse.REFUSE, ExpectedResponse.ACCEPT
_TOLERANCE = "The tolerance is 300 s."


def _refuse_text(name: str, reason: str, text: Any) -> Stimulus:
    """Return a stimulus whose timestamp is no valid time; `text` makes it of the right timestamp."""
    return Stimulus(name, "W14", _REFUSE, reason, before=m.change_timestamp(text), effects=0)


_REFUSED = (
    Stimulus("301 s old", "W12", _REFUSE, REPLAY, before=m.make_older(301), effects=0, near_limit=True),
    Stimulus("an hour old", "W12", _REFUSE, REPLAY, before=m.make_older(3600), effects=0),
    Stimulus("a year old", "W12", _REFUSE, REPLAY, before=m.make_older(365 * 86_400), effects=0),
    Stimulus("of 1970", "W12", _REFUSE, REPLAY, before=m.change_timestamp(lambda _: "0"), effects=0),
    Stimulus(
        "302 s ahead",
        "W13",
        _REFUSE,
        REPLAY,
        before=m.make_future(302),
        effects=0,
        near_limit=True,
        delay_sensitive=True,
    ),
    Stimulus("an hour ahead", "W13", _REFUSE, REPLAY, before=m.make_future(3600), effects=0),
    Stimulus("a year ahead", "W13", _REFUSE, REPLAY, before=m.make_future(365 * 86_400), effects=0),
    _refuse_text("nan", "NaN compares false with every number.", lambda _: "nan"),
    _refuse_text("Infinity", "Infinity is no time.", lambda _: "Infinity"),
    _refuse_text("negative", "The timestamp is before 1970.", lambda stamp: f"-{stamp}"),
    _refuse_text("milliseconds", "The timestamp is far in the future.", lambda stamp: stamp + "000"),
    _refuse_text("400 digits", "The timestamp is not a valid time.", lambda stamp: stamp.ljust(400, "9")),
    _refuse_text("trailing letters", "The timestamp is not a number.", lambda stamp: stamp + "abc"),
    _refuse_text("letters", "The timestamp is not a number.", lambda _: "now"),
)
TIMESTAMPS = (
    *cover_both_families(_REFUSED),
    *cover_ended(_REFUSED),
    Stimulus(
        "299 s old",
        "W12",
        _ACCEPT,
        _TOLERANCE,
        Level.SHOULD,
        before=m.make_younger(299),
        near_limit=True,
        delay_sensitive=True,
    ),
    Stimulus("299 s ahead", "W13", _ACCEPT, _TOLERANCE, Level.SHOULD, before=m.make_future(299), near_limit=True),
)
