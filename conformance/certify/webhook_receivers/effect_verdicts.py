"""Verdicts on the effects of events, after all stimuli were sent. Pure except for the observation hook."""

from collections.abc import Iterator

import msgspec

from conformance.certify.assessments import PASSED, Assessment, apply_level
from conformance.certify.webhook_receivers.definitions import ExpectedResponse
from conformance.certify.webhook_receivers.expected_effects import ExpectedEffect
from conformance.certify.webhook_receivers.observation_hook import ObservedEffect
from conformance.certify.webhook_receivers.observations import LONGEST_WAIT_S, Observations
from conformance.certify.webhook_receivers.response_verdicts import build_outcome
from conformance.model import Outcome, Verdict

_LOST = "The provider does not send again what was answered with 2xx."
_DEAD_HOOK = "either the receiver loses every event, or the hook does not show what it does"
_QUIET = frozenset({Verdict.PASS, Verdict.NOT_OBSERVABLE})


def judge_effects(expected: list[ExpectedEffect], observations: Observations) -> Iterator[Outcome]:
    """Yield the verdicts on all expected effects. Those that are optional show only where a hook contradicts."""
    for number, event in enumerate(expected):
        if event.is_optional and not observations.has_hook:
            continue
        assessment = _judge_effect(event, observations.get_effect(number), observations)
        if assessment is not None and not (event.is_optional and assessment.verdict in _QUIET):
            outcome = build_outcome(event.stimulus, apply_level(assessment, event.level), *event.exchanges)
            is_lost = assessment.reason == _LOST
            yield msgspec.structs.replace(outcome, expected="2xx and one effect") if is_lost else outcome


def _judge_effect(expected: ExpectedEffect, effect: ObservedEffect, observations: Observations) -> Assessment | None:
    """Return the verdict on one event; None if its response already decided everything."""
    if not expected.is_wanted:
        return _judge_unwanted_effect(expected, effect, observations)
    if not observations.has_hook:
        return _judge_without_hook(expected, effect, observations)
    if observations.doubt or effect.effects is None:
        doubt = f"{observations.doubt}: {_DEAD_HOOK}" if observations.doubt else effect.reason
        return Assessment(Verdict.INCONCLUSIVE, f"accepted, but {doubt}", "no effect")
    return _judge_observed(expected, effect, observations)


def _judge_observed(expected: ExpectedEffect, effect: ObservedEffect, observations: Observations) -> Assessment:
    """Judge what the hook shows of an event that must take effect."""
    if expected.state:
        return _judge_final_state(expected, effect, observations)
    if effect.effects == 0:
        return _judge_missing_effect(expected, observations)
    if expected.stimulus.expected is ExpectedResponse.FOLLOW:
        return _judge_followed_type(expected, effect)
    if effect.effects == 1:
        return PASSED
    return Assessment(Verdict.FAIL, f"took effect {effect.effects} times, expected 1", str(effect.effects))


def _judge_without_hook(expected: ExpectedEffect, effect: ObservedEffect, observations: Observations) -> Assessment:
    """Judge an event by the reads of its resource."""
    is_counted = not expected.state and expected.stimulus.expected is not ExpectedResponse.FOLLOW
    reads = observations.count_reads(expected) if is_counted else 0
    if reads == 1 + len(expected.companions):
        return PASSED
    if reads:
        message = f"the resource was read {reads} times; how often the event took effect is observable with --observe"
        return Assessment(Verdict.INCONCLUSIVE, message, str(reads))
    return Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {effect.reason}")


def _judge_missing_effect(expected: ExpectedEffect, observations: Observations) -> Assessment:
    """Judge an accepted event without an effect. A receiver may not use a kind of event, and then uses none of it."""
    if expected.event not in observations.events_with_effect:
        message = f"accepted, but no {expected.event} takes effect, so this one shows nothing"
        return Assessment(Verdict.NOT_OBSERVABLE, message, "0")
    if not observations.is_drained:
        message = f"accepted, but the receiver still works after {LONGEST_WAIT_S:g} s"
        return Assessment(Verdict.INCONCLUSIVE, message, "0")
    return Assessment(Verdict.FAIL, "accepted, but it took no effect: the event is lost", "0 effects", _LOST)


def _judge_unwanted_effect(
    expected: ExpectedEffect, effect: ObservedEffect, observations: Observations
) -> Assessment | None:
    """Judge an event that must not take effect."""
    if expected.accepted and expected.stimulus.expected is not ExpectedResponse.IGNORE:
        return None  # its acceptance is reported already
    if effect.effects:
        return Assessment(Verdict.FAIL, "took effect without a valid signature", f"{effect.effects} effects")
    reads = observations.count_reads(expected)
    if reads and not expected.accepted:
        return Assessment(
            Verdict.FAIL, "the resource was read from the API without a valid signature", f"{reads} reads"
        )
    if expected.stimulus.expected is ExpectedResponse.IGNORE and expected.accepted:
        reason = observations.doubt or effect.reason
        return PASSED if effect.effects == 0 else Assessment(Verdict.NOT_OBSERVABLE, f"accepted; {reason}")
    return None


def _judge_followed_type(expected: ExpectedEffect, effect: ObservedEffect) -> Assessment:
    """Judge which event type the receiver understood."""
    understood = effect.type or effect.state
    if not understood:
        return Assessment(Verdict.NOT_OBSERVABLE, "accepted; the hook returns no type")
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
    if state := observations.find_state(expected, effect):
        message = f"the resource is {state} after all its events, expected {expected.state}"
        if state == expected.state:
            return PASSED
        return Assessment(Verdict.FAIL if observations.is_drained else Verdict.INCONCLUSIVE, message, state)
    if effect.effects and observations.shows_states:
        message = f"the resource has no state after all its events, expected {expected.state}"
        return Assessment(Verdict.FAIL, message, "no state")
    if effect.effects:
        return Assessment(Verdict.NOT_OBSERVABLE, "accepted; the hook returns no state")
    if expected.event in observations.events_with_effect:
        return _judge_missing_effect(expected, observations)
    message = f"no {expected.event} takes effect: right only if the receiver does not use this event"
    return Assessment(Verdict.REVIEW, message, "0 effects")
