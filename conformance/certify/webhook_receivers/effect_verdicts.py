"""Verdicts on the effects of events, after all stimuli were sent. Pure except for the observation hook."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.certify.assessments import Assessment, apply_level
from conformance.certify.webhook_receivers.messages import make_forged_id
from conformance.certify.webhook_receivers.observation_hook import NO_HOOK, ObservationHook, ObservedEffect
from conformance.certify.webhook_receivers.response_verdicts import build_outcome
from conformance.certify.webhook_receivers.stimuli import ExpectedResponse, SendMode, Stimulus
from conformance.model import Outcome, Verdict


class ExpectedEffect(msgspec.Struct, frozen=True):
    """An event whose effect is not judged yet. `event` is its signed type, `path` the path of its resource."""

    stimulus: Stimulus
    id: str
    event: str
    path: str
    accepted: bool
    exchanges: tuple[str, ...]

    @property
    def observed_id(self) -> str:
        """The id whose effect counts."""
        return make_forged_id(self.id) if self.stimulus.forged and not self.id.endswith("forged") else self.id


def judge_effects(
    expected: list[ExpectedEffect], hook: ObservationHook, control: str, count_reads: Callable[[str], int]
) -> Iterator[Outcome]:
    """Yield the verdicts on all expected effects.

    `control` is the id of a valid event; if the hook does not show its effect, the hook is not trusted.
    """
    control_effect = hook.poll(control) if control else ObservedEffect()
    doubt = control_effect.reason or (
        "" if control_effect.effects else "the observation hook shows no effect of an accepted, valid event"
    )
    for event in expected:
        effect = (
            ObservedEffect(reason=doubt)
            if doubt
            else (hook.fetch if event.stimulus.effects == 0 else hook.poll)(event.observed_id)
        )
        assessment = _judge_effect(event, effect, count_reads(event.path) if event.path else 0)
        if assessment is not None:
            yield build_outcome(event.stimulus, apply_level(assessment, event.stimulus.level), *event.exchanges)


def _judge_effect(expected: ExpectedEffect, effect: ObservedEffect, reads: int) -> Assessment | None:
    """Return the verdict on one event; None if its response already decided everything."""
    stimulus = expected.stimulus
    if stimulus.expected is ExpectedResponse.FOLLOW:
        return _judge_followed_type(expected, effect)
    if stimulus.mode is SendMode.REVERSED:
        return _judge_final_state(effect)
    if stimulus.effects == 0:
        return _judge_unwanted_effect(expected, effect, reads)
    if effect.effects is not None:
        message = f"took effect {effect.effects} times, expected 1"
        return (
            Assessment(Verdict.PASS) if effect.effects == 1 else Assessment(Verdict.FAIL, message, str(effect.effects))
        )
    if effect.reason == NO_HOOK and reads:
        message = f"the resource was read {reads} times; how often the event took effect is observable with --observe"
        return Assessment(Verdict.PASS) if reads == 1 else Assessment(Verdict.INCONCLUSIVE, message, str(reads))
    return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")


def _judge_unwanted_effect(expected: ExpectedEffect, effect: ObservedEffect, reads: int) -> Assessment | None:
    """Judge an event that must not take effect."""
    if expected.accepted and expected.stimulus.expected is not ExpectedResponse.IGNORE:
        return None  # its acceptance is reported already
    if effect.effects:
        return Assessment(Verdict.FAIL, "took effect without a valid signature", f"{effect.effects} effects")
    if reads and not expected.accepted:
        return Assessment(
            Verdict.FAIL, "the resource was read from the API without a valid signature", f"{reads} reads"
        )
    if expected.stimulus.expected is ExpectedResponse.IGNORE and expected.accepted:
        return (
            Assessment(Verdict.PASS)
            if effect.effects == 0
            else Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")
        )
    return None


def _judge_followed_type(expected: ExpectedEffect, effect: ObservedEffect) -> Assessment:
    """Judge which event type the receiver understood."""
    understood = effect.type or effect.state
    if not understood:
        return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason or 'the hook returns no type'}")
    is_right = understood == expected.event if effect.type else expected.event.endswith(f".{understood}")
    return (
        Assessment(Verdict.PASS)
        if is_right
        else Assessment(Verdict.FAIL, "the receiver followed the header, not the signed body", understood)
    )


def _judge_final_state(effect: ObservedEffect) -> Assessment:
    """Judge the state after a late created event."""
    if not effect.state:
        return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason or 'the hook returns no state'}")
    return (
        Assessment(Verdict.PASS)
        if effect.state == "ended"
        else Assessment(Verdict.FAIL, "the late created event undid the end", effect.state)
    )
