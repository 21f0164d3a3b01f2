"""Verdicts on the effects of events, after all stimuli were sent. Pure except for the observation hook."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.certify.assessments import Found, graded
from conformance.certify.webhook_receivers.messages import forged
from conformance.certify.webhook_receivers.observation_hook import NO_HOOK, Hook, Seen
from conformance.certify.webhook_receivers.response_verdicts import outcome
from conformance.certify.webhook_receivers.stimuli import How, Right, Stimulus
from conformance.model import Outcome, Verdict


class Expected(msgspec.Struct, frozen=True):
    """An event whose effect is not judged yet. `event` is its signed type, `path` the path of its resource."""

    stimulus: Stimulus
    id: str
    event: str
    path: str
    accepted: bool
    exchanges: tuple[str, ...]

    @property
    def asked(self) -> str:
        """The id whose effect counts."""
        return forged(self.id) if self.stimulus.forged and not self.id.endswith("forged") else self.id


def settled(expected: list[Expected], hook: Hook, control: str, fetched: Callable[[str], int]) -> Iterator[Outcome]:
    """Yield the verdicts on all expected effects.

    `control` is the id of a valid event; if the hook does not show its effect, the hook is not trusted.
    """
    control_effect = hook.settle(control) if control else Seen()
    doubt = control_effect.reason or (
        "" if control_effect.effects else "the observation hook shows no effect of an accepted, valid event"
    )
    for event in expected:
        effect = (
            Seen(reason=doubt) if doubt else (hook.ask if event.stimulus.effects == 0 else hook.settle)(event.asked)
        )
        assessment = _judge_effect(event, effect, fetched(event.path) if event.path else 0)
        if assessment is not None:
            yield outcome(event.stimulus, graded(assessment, event.stimulus.level), *event.exchanges)


def _judge_effect(expected: Expected, effect: Seen, reads: int) -> Found | None:
    """Return the verdict on one event; None if its response already decided everything."""
    stimulus = expected.stimulus
    if stimulus.right is Right.FOLLOW:
        return _judge_followed_type(expected, effect)
    if stimulus.how is How.REVERSED:
        return _judge_final_state(effect)
    if stimulus.effects == 0:
        return _judge_unwanted_effect(expected, effect, reads)
    if effect.effects is not None:
        message = f"took effect {effect.effects} times, expected 1"
        return Found(Verdict.PASS) if effect.effects == 1 else Found(Verdict.FAIL, message, str(effect.effects))
    if effect.reason == NO_HOOK and reads:
        message = f"the resource was read {reads} times; how often the event took effect is observable with --observe"
        return Found(Verdict.PASS) if reads == 1 else Found(Verdict.INCONCLUSIVE, message, str(reads))
    return Found(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")


def _judge_unwanted_effect(expected: Expected, effect: Seen, reads: int) -> Found | None:
    """Judge an event that must not take effect."""
    if expected.accepted and expected.stimulus.right is not Right.IGNORE:
        return None  # its acceptance is reported already
    if effect.effects:
        return Found(Verdict.FAIL, "took effect without a valid signature", f"{effect.effects} effects")
    if reads and not expected.accepted:
        return Found(Verdict.FAIL, "the resource was read from the API without a valid signature", f"{reads} reads")
    if expected.stimulus.right is Right.IGNORE and expected.accepted:
        return (
            Found(Verdict.PASS) if effect.effects == 0 else Found(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")
        )
    return None


def _judge_followed_type(expected: Expected, effect: Seen) -> Found:
    """Judge which event type the receiver understood."""
    understood = effect.type or effect.state
    if not understood:
        return Found(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason or 'the hook returns no type'}")
    is_right = understood == expected.event if effect.type else expected.event.endswith(f".{understood}")
    return (
        Found(Verdict.PASS)
        if is_right
        else Found(Verdict.FAIL, "the receiver followed the header, not the signed body", understood)
    )


def _judge_final_state(effect: Seen) -> Found:
    """Judge the state after a late created event."""
    if not effect.state:
        return Found(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason or 'the hook returns no state'}")
    return (
        Found(Verdict.PASS)
        if effect.state == "ended"
        else Found(Verdict.FAIL, "the late created event undid the end", effect.state)
    )
