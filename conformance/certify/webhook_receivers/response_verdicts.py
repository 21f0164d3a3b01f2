"""Verdicts on responses: what a stimulus expects, compared with what the receiver returned. Pure."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from conformance.certify.assessments import PASSED, Assessment, apply_level
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, SendMode, Stimulus
from conformance.certify.webhook_receivers.drafts import SigningKeys
from conformance.certify.webhook_receivers.leaks import find_leak
from conformance.certify.webhook_receivers.messages import DeliveryDraft
from conformance.evidence.outcomes import quote_json
from conformance.model import Exchange, Outcome, Verdict

OPERATION = "POST webhook"
MAX_CLOCK_SKEW_S = 2.0
"""From this difference between the two clocks on, in seconds, a timestamp near a limit shows nothing."""
MAX_DELAY_S = 1.0
"""From this delay on, in seconds, a timestamp near a limit may have crossed it."""


class SentMessage(msgspec.Struct, frozen=True):
    """A sent message and its exchange.

    `unreachable` tells that no connection was made. `padding` is the number of spaces after the body of an upload, and
    `accepted_bytes` how many bytes the receiver took of it. `label` is that of its step in a sequence.
    """

    message: DeliveryDraft
    exchange: Exchange
    unreachable: bool = False
    padding: int = 0
    accepted_bytes: int = 0
    label: str = "A"

    @property
    def late_s(self) -> float:
        """Return the longest possible delay between the making of the timestamp and its reading, in seconds."""
        response = self.exchange.response
        return self.exchange.sent_at - self.message.now + (response.elapsed_s if response else 0.0)


def judge_response(stimulus: Stimulus, sent: SentMessage, *, skew_s: float = 0.0) -> Assessment:
    """Return the verdict on one response, graded by the level of the stimulus."""
    if sent.exchange.response is None:
        return _judge_missing_response(stimulus, sent)
    status = sent.exchange.status
    if status in _BUSY and stimulus.mode not in {SendMode.BURST, SendMode.CROWD}:
        return Assessment(
            Verdict.INCONCLUSIVE,
            f"status {status}: the receiver is busy, which shows nothing about this requirement",
            str(status),
        )
    if stimulus.mode is SendMode.BURST and status in {409, 429}:
        return Assessment(
            Verdict.WARN, f"status {status} for a duplicate: the provider will send it again", str(status)
        )
    assessment = _RULES[stimulus.expected](status)
    if assessment.verdict is not Verdict.PASS and (
        (stimulus.near_limit and abs(skew_s) >= MAX_CLOCK_SKEW_S) or may_have_expired(stimulus, sent)
    ):
        reason = (
            f"the clocks differ by {skew_s:+.0f} s and the delay was {sent.late_s:.1f} s: too much to judge one second"
        )
        return Assessment(Verdict.INCONCLUSIVE, reason, str(status))
    return apply_level(assessment, stimulus.level)


def may_have_expired(stimulus: Stimulus, sent: SentMessage) -> bool:
    """Return whether a message may have been read after its timestamp crossed the limit that it was made for."""
    return stimulus.delay_sensitive and sent.late_s >= MAX_DELAY_S


_BUSY = frozenset({429, 503})


def build_outcome(stimulus: Stimulus, assessment: Assessment, *exchanges: str) -> Outcome:
    """Return the verdict as an outcome of the run log."""
    message = f"{stimulus.name}: {assessment.message}" if assessment.message else ""
    if assessment.verdict in {Verdict.FAIL, Verdict.WARN}:
        message = f"{message}. {assessment.reason or stimulus.reason}"
    cause = f"{stimulus.name}: {assessment.message}" if assessment.verdict is not Verdict.PASS else ""
    return Outcome(
        stimulus.requirement,
        OPERATION,
        assessment.verdict,
        message,
        "" if assessment.verdict is Verdict.PASS else stimulus.expected.value,
        assessment.actual,
        exchanges=exchanges,
        cause=cause,
    )


def _judge_missing_response(stimulus: Stimulus, sent: SentMessage) -> Assessment:
    """Return the verdict on a message without a response."""
    reason = sent.exchange.failure
    needs_response = stimulus.expected is ExpectedResponse.ACCEPT
    if sent.unreachable or not needs_response:
        return Assessment(Verdict.INCONCLUSIVE, f"no response: {reason}", "no response")
    return apply_level(Assessment(Verdict.FAIL, f"no response: {reason}", "no response"), stimulus.level)


def _expect_2xx(status: int) -> Assessment:
    """Pass 2xx."""
    return PASSED if 200 <= status < 300 else Assessment(Verdict.FAIL, f"status {status}, expected 2xx", str(status))


def _expect_refusal(status: int) -> Assessment:
    """Fail 2xx: the message was accepted. Warn for another status than 4xx: it was refused, but not cleanly."""
    if 200 <= status < 300:
        return Assessment(Verdict.FAIL, f"accepted with status {status}", str(status))
    if 400 <= status < 500:
        return PASSED
    return Assessment(Verdict.WARN, f"not accepted, but status {status} instead of 4xx", str(status), _UNCLEAN)


_UNCLEAN = "Nothing shows that it took effect; 4xx says clearly that the same message need not be sent again."


def _expect_2xx_or_4xx(status: int) -> Assessment:
    """Pass 2xx and 4xx."""
    return (
        PASSED
        if 200 <= status < 300 or 400 <= status < 500
        else Assessment(Verdict.FAIL, f"status {status}", str(status))
    )


def _expect_no_5xx(status: int) -> Assessment:
    """Fail 5xx."""
    return Assessment(Verdict.FAIL, f"status {status}", str(status)) if status >= 500 else PASSED


def _expect_body_followed(status: int) -> Assessment:
    """Pass 4xx; after 2xx only the observation hook shows what the receiver followed."""
    if 200 <= status < 300:
        return Assessment(
            Verdict.NOT_OBSERVABLE,
            "accepted; which event the receiver understood is observable only with --observe",
            str(status),
        )
    return _expect_2xx_or_4xx(status)


def _expect_no_effect(status: int) -> Assessment:
    """Pass any refusal; after 2xx the effect decides."""
    if 200 <= status < 300:
        return Assessment(
            Verdict.NOT_OBSERVABLE, "accepted; which id took effect is observable only with --observe", str(status)
        )
    return PASSED


_RULES: Mapping[ExpectedResponse, Callable[[int], Assessment]] = MappingProxyType(
    {
        ExpectedResponse.ACCEPT: _expect_2xx,
        ExpectedResponse.REFUSE: _expect_refusal,
        ExpectedResponse.IGNORE: _expect_no_effect,
        ExpectedResponse.FOLLOW: _expect_body_followed,
        ExpectedResponse.SURVIVE: _expect_2xx_or_4xx,
        ExpectedResponse.NOT_BREAK: _expect_no_5xx,
        ExpectedResponse.ACCEPT_OR_4XX: _expect_2xx_or_4xx,
        ExpectedResponse.EARLY: _expect_refusal,
    }
)


def check_refusal(stimulus: Stimulus, sent: SentMessage, keys: SigningKeys) -> Iterator[Outcome]:
    """Check W31 and W32 on every response that is not 2xx, and the command of W32 on every response."""
    exchange = sent.exchange
    if exchange.response is None:
        return
    command = (exchange.response.find_header("webhook-delivery") or "").strip()
    is_accepted = 200 <= exchange.status < 300
    if is_accepted and command.lower() != "disable":
        return
    if not is_accepted:
        own_keys = (keys.current, *((keys.previous,) if keys.previous else ()))
        leak = find_leak(exchange.response, sent.message, own_keys, padding=sent.padding)
        shown = quote_json(exchange.response.body[:300].decode("utf-8", "replace"))
        assessment = Assessment(Verdict.FAIL, f"the response shows {leak}", shown) if leak else PASSED
        yield _build_refusal_outcome("W31", stimulus, assessment, "nothing but the refusal", exchange.id)
    if 300 <= exchange.status < 400 or exchange.status == 410 or command.lower() == "disable":
        sign = f"webhook-delivery: {command}" if command else f"status {exchange.status}"
        assessment = Assessment(Verdict.FAIL, f"{sign} concerns the whole endpoint, not one event", sign)
    else:
        assessment = PASSED
    yield _build_refusal_outcome(
        "W32", stimulus, assessment, "no 3xx, no 410, no webhook-delivery: disable", exchange.id
    )


def _build_refusal_outcome(
    requirement: str, stimulus: Stimulus, assessment: Assessment, expected: str, exchange: str
) -> Outcome:
    """Return the outcome of W31 or W32 for one exchange."""
    if assessment.verdict is Verdict.PASS:
        return Outcome(requirement, OPERATION, Verdict.PASS, exchanges=(exchange,))
    message = f"{stimulus.name}: {assessment.message}"
    return Outcome(
        requirement,
        OPERATION,
        assessment.verdict,
        message,
        expected,
        assessment.actual,
        exchanges=(exchange,),
        cause=assessment.message,
    )


def judge_times(sent: list[SentMessage], *, p95_s: float) -> Assessment:
    """Judge the 95th percentile of many response times; each single time is judged on its own."""
    times = sorted(message.exchange.response.elapsed_s for message in sent if message.exchange.response)
    p95 = times[int(len(times) * 0.95)] if times else 0.0
    if p95 <= p95_s:
        return PASSED
    return Assessment(Verdict.WARN, f"the 95th percentile is above {p95_s:g} s", f"{p95:.1f} s")


def judge_upload(stimulus: Stimulus, sent: SentMessage) -> Assessment:
    """Judge an upload: whether an unsigned body was accepted, and whether a huge one was refused before its end."""
    if sent.exchange.response is None:
        reason = f"no response: {sent.exchange.failure}"
        return Assessment(Verdict.INCONCLUSIVE, reason, f"{sent.accepted_bytes:,} bytes")
    assessment = _RULES[stimulus.expected](sent.exchange.status)
    actual = f"{sent.accepted_bytes:,} of {stimulus.upload_bytes:,} bytes, {sent.exchange.status}"
    is_early = stimulus.expected is ExpectedResponse.EARLY
    if is_early and assessment.verdict is Verdict.PASS and sent.accepted_bytes >= stimulus.upload_bytes:
        reason = "Reading it costs the receiver memory and time."
        return Assessment(Verdict.WARN, "read all of an unsigned body before it refused it", actual, reason)
    return apply_level(msgspec.structs.replace(assessment, actual=actual), stimulus.level)
