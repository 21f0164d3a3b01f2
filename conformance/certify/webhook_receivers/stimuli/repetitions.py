"""W23 to W25: messages that come again, and forged messages that must not pass for the first time."""

from typing import Any

import msgspec

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import (
    DeliveryStep,
    ExpectedResponse,
    Payload,
    SendMode,
    SigningKeyChoice,
    Stimulus,
)
from conformance.certify.webhook_receivers.stimuli.reasons import AT_LEAST_ONCE
from conformance.model import Level, Profile

_Step = DeliveryStep
_END = _Step(payload=Payload.ENDED)
FIRST = "first"
"""The label of the control, which a later step sends again."""
_ACCEPT, _REFUSE = ExpectedResponse.ACCEPT, ExpectedResponse.REFUSE
_EARLIER = m.make_older(2)  # a retry is signed at another second, and both near the real time
_OTHERS, _MANY_OTHERS = 250, 2000


def _repeat(name: str, requirement: str, *steps: DeliveryStep, reason: str = AT_LEAST_ONCE, **fields: Any) -> Stimulus:
    """Return a sequence whose message A must take effect once."""
    settings = {"effects": 1, "counted": ("A",), **fields}
    return Stimulus(name, requirement, _ACCEPT, reason, mode=SendMode.STEPS, steps=steps, **settings)


def _forge_first(name: str, **fields: Any) -> Stimulus:
    """Return a sequence in which a forged message precedes the valid one with the same id."""
    reason = "A refused message must not make a valid one with its id a duplicate."
    return _repeat(name, "W23", _Step(expected=_REFUSE, **fields), _Step(), reason=reason)


REPETITIONS = (
    _repeat("replay", "W23", _Step(), _Step(is_copy=True)),
    _repeat("replay after another message", "W23", _Step(), _Step("B", "2"), _Step(is_copy=True)),
    _repeat("replay of an end", "W23", _Step("B"), _END, msgspec.structs.replace(_END, is_copy=True)),
    _repeat(
        "two messages of one second",
        "W23",
        _Step(),
        _Step("B", "2"),
        reason="They are different messages: the second is no repetition.",
        counted=("A", "B"),
    ),
    _forge_first("wrong key, then valid", signer=SigningKeyChoice.OTHER),
    _forge_first("no signature, then valid", after=m.drop_headers("signature")),
    _forge_first("flipped byte, then valid", after=m.change_sent_body(m.flip_last_letter)),
    _forge_first("an hour old, then valid", before=m.make_older(3600)),
    _repeat("retry", "W24", _Step(before=_EARLIER), _Step()),
    _repeat("retry of an end", "W24", _Step("B"), msgspec.structs.replace(_END, before=_EARLIER), _END),
    _repeat("retry after another message", "W24", _Step(before=_EARLIER), _Step("B", "2"), _Step()),
    _repeat(f"retry after {_OTHERS} others", "W24", _Step(before=_EARLIER), _Step(others=_OTHERS)),
    _repeat(
        f"retry after {_MANY_OTHERS} others", "W24", _Step(before=_EARLIER), _Step(others=_MANY_OTHERS),
        profile=Profile.DEEP,
    ),
    Stimulus("at once", "W25", _ACCEPT, AT_LEAST_ONCE, mode=SendMode.BURST, effects=1),
)  # fmt: skip
RETRIED_CONTROL = _repeat("retry of the first message at the end", "W24", _Step(FIRST), counted=(FIRST,))
"""A memory of seconds shows only here: all other stimuli lie between the first message and its retry."""
LATE_RETRIES = (
    _repeat("retry after 5 min", "W24", _Step(), _Step(wait_s=305), profile=Profile.DEEP),
    _repeat(
        "retry after 27 h 35 min", "W24", _Step(), _Step(wait_s=99_300), level=Level.SHOULD, profile=Profile.DEEP
    ),
)  # fmt: skip
"""Their waits come after the retry of the first message: nobody MUST remember that over more than a day."""
