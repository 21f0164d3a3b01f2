"""Verdicts on the effects of events, after all stimuli were sent. Pure except for the observation hook."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from conformance.certify.assessments import PASSED, Assessment, apply_level
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Stimulus
from conformance.certify.webhook_receivers.messages import make_forged_id
from conformance.certify.webhook_receivers.observation_hook import NO_HOOK, SETTLE_S, ObservationHook, ObservedEffect
from conformance.certify.webhook_receivers.response_verdicts import build_outcome
from conformance.model import Outcome, Verdict

DRAIN_S = 15.0
"""How long a receiver that works in the background may take until the last message has taken effect, in seconds."""

_MAX_DISAPPOINTMENTS = 3  # effects that were waited for in vain; by then, what is still to come would have come


class ExpectedEffect(msgspec.Struct, frozen=True):
    """An event whose effect is not judged yet.

    `event` is its signed type, `path` the path of its resource, `state` the state that the resource must have at the
    end, empty if another effect counts. `is_optional` tells that the responses alone decide where nothing is observed.
    """

    stimulus: Stimulus
    id: str
    event: str
    path: str
    accepted: bool
    exchanges: tuple[str, ...]
    state: str = ""
    is_optional: bool = False

    @property
    def observed_id(self) -> str:
        """The id whose effect counts."""
        return make_forged_id(self.id) if self.stimulus.forged else self.id


class Observations:
    """What the observation hook and the reads of resources show.

    `control` is the id of a valid event, and its type; if the hook does not show its effect, the hook is not trusted.
    `last` is the id of the last valid event: until it has taken effect, a receiver may still be working.
    """

    def __init__(
        self,
        hook: ObservationHook,
        control: tuple[str, str],
        last: str,
        expected: Sequence[ExpectedEffect],
        count_reads: Callable[[str], int],
    ) -> None:
        self._hook, self._count_reads = hook, count_reads
        self._disappointments = 0
        control_id, control_event = control
        effect = hook.poll(control_id, _has_effect) if control_id else ObservedEffect()
        self.events_with_effect = {control_event} if effect.effects else set()
        self.shows_states = bool(effect.state)
        self.doubt = effect.reason or (
            "" if effect.effects else "the observation hook shows no effect of an accepted, valid event"
        )
        self.is_drained = not self.doubt and self._wait_until_drained(control_id, last, expected)

    def _wait_until_drained(self, control: str, last: str, expected: Sequence[ExpectedEffect]) -> bool:
        """Return whether the receiver works no more: the last event took effect, or nothing changes any longer."""
        watched = {control, last, *(event.id for event in expected if event.stimulus.effects == 1)} - {""}
        before = [self._hook.fetch(message).effects for message in watched]
        has_worked = not last or self._hook.poll(last, _has_effect, limit_s=DRAIN_S).effects
        return bool(has_worked) or before == [self._hook.fetch(message).effects for message in watched]

    def fetch(self, event: ExpectedEffect) -> ObservedEffect:
        """Return the effect of an event; poll where an effect is expected."""
        if self.doubt:
            return ObservedEffect(reason=self.doubt)
        if event.stimulus.effects == 0:
            return self._hook.fetch(event.observed_id)
        wanted = event.state

        def is_as_expected(effect: ObservedEffect) -> bool:
            return bool(effect.effects) and (not wanted or effect.state in {"", wanted})

        limit_s = SETTLE_S if self._disappointments < _MAX_DISAPPOINTMENTS else 0.0
        effect = self._hook.poll(event.observed_id, is_as_expected, limit_s=limit_s)
        self._disappointments += not is_as_expected(effect)
        if effect.effects:
            self.events_with_effect.add(event.event)
        self.shows_states |= bool(effect.state)
        return effect

    def count_reads(self, event: ExpectedEffect) -> int:
        """Return how often the receiver read the resource of an event."""
        return self._count_reads(event.path) if event.path else 0


def judge_effects(expected: list[ExpectedEffect], observations: Observations) -> Iterator[Outcome]:
    """Yield the verdicts on all expected effects."""
    observed = [(event, observations.fetch(event)) for event in expected]
    for event, effect in observed:
        assessment = _judge_effect(event, effect, observations)
        is_silent = event.is_optional and assessment is not None and assessment.verdict is not Verdict.FAIL
        if assessment is not None and not is_silent:
            yield build_outcome(event.stimulus, apply_level(assessment, event.stimulus.level), *event.exchanges)


def _has_effect(effect: ObservedEffect) -> bool:
    return bool(effect.effects)


def _judge_effect(expected: ExpectedEffect, effect: ObservedEffect, observations: Observations) -> Assessment | None:
    """Return the verdict on one event; None if its response already decided everything."""
    stimulus = expected.stimulus
    if stimulus.expected is ExpectedResponse.FOLLOW:
        return _judge_followed_type(expected, effect)
    if expected.state:
        return _judge_final_state(expected, effect, observations)
    if stimulus.effects == 0:
        return _judge_unwanted_effect(expected, effect, observations.count_reads(expected))
    if effect.effects is not None:
        return _judge_count(expected, effect.effects, observations)
    reads = observations.count_reads(expected)
    if effect.reason == NO_HOOK and reads:
        message = f"the resource was read {reads} times; how often the event took effect is observable with --observe"
        return PASSED if reads == 1 else Assessment(Verdict.INCONCLUSIVE, message, str(reads))
    return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")


def _judge_count(expected: ExpectedEffect, count: int, observations: Observations) -> Assessment:
    """Judge how often an event took effect that must do so once."""
    if count == 0 and expected.event not in observations.events_with_effect:
        message = f"accepted, but no {expected.event} takes effect, so a repeated one shows nothing"
        return Assessment(Verdict.NOT_OBSERVABLE, message, "0")
    if count == 0 and not observations.is_drained:
        message = f"accepted, but neither this event nor the last one took effect within {DRAIN_S:g} s"
        return Assessment(Verdict.INCONCLUSIVE, message, "0")
    return PASSED if count == 1 else Assessment(Verdict.FAIL, f"took effect {count} times, expected 1", str(count))


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
        return PASSED if effect.effects == 0 else Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")
    return None


def _judge_followed_type(expected: ExpectedEffect, effect: ObservedEffect) -> Assessment:
    """Judge which event type the receiver understood."""
    understood = effect.type or effect.state
    if not understood:
        return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason or 'the hook returns no type'}")
    is_right = understood == expected.event if effect.type else expected.event.endswith(f".{understood}")
    return (
        PASSED
        if is_right
        else Assessment(Verdict.FAIL, "the receiver followed the header, not the signed body", understood)
    )


def _judge_final_state(expected: ExpectedEffect, effect: ObservedEffect, observations: Observations) -> Assessment:
    """Judge the state of a resource after all its events.

    A hook may leave the state out. Then an event without an effect is lost if others of its type took effect.
    """
    if effect.state:
        message = f"the resource is {effect.state} after all its events, expected {expected.state}"
        return PASSED if effect.state == expected.state else Assessment(Verdict.FAIL, message, effect.state)
    if effect.effects and observations.shows_states:
        message = f"the resource has no state after all its events, expected {expected.state}"
        return Assessment(Verdict.FAIL, message, "no state")
    if effect.effects == 0 and observations.is_drained and expected.event in observations.events_with_effect:
        return Assessment(Verdict.FAIL, f"accepted, but the {expected.state} event took no effect", "0 effects")
    return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason or 'the hook returns no state'}")
