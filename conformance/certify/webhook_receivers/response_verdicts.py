"""Verdicts on responses: what a stimulus expects, compared with what the receiver returned. Pure."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from conformance.certify.assessments import PASSED, STACK_TRACE, Assessment, apply_level
from conformance.certify.webhook_receivers.messages import DeliveryDraft
from conformance.certify.webhook_receivers.stimuli import ExpectedResponse, SendMode, Stimulus
from conformance.evidence.outcomes import quote_json
from conformance.model import Exchange, Outcome, Verdict
from conformance.webhooks.signatures import WebhookKey

OPERATION = "POST webhook"
MAX_CLOCK_SKEW_S = 2.0
"""From this difference between the two clocks on, in seconds, a timestamp near a limit shows nothing."""
MAX_DELAY_S = 1.0
"""From this delay on, in seconds, a timestamp near a limit may have crossed it."""


class SentMessage(msgspec.Struct, frozen=True):
    """A sent message and its exchange; `unreachable` tells that no connection was made."""

    message: DeliveryDraft
    exchange: Exchange
    unreachable: bool = False

    @property
    def late_s(self) -> float:
        """The longest possible delay between the making of the timestamp and its reading, in seconds."""
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
        message = f"{message}. {stimulus.reason}"
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
    needs_response = stimulus.expected in {ExpectedResponse.ACCEPT, ExpectedResponse.NOT_BREAK}
    if sent.unreachable or not needs_response:
        return Assessment(Verdict.INCONCLUSIVE, f"no response: {reason}", "no response")
    return apply_level(Assessment(Verdict.FAIL, f"no response: {reason}", "no response"), stimulus.level)


def _expect_2xx(status: int) -> Assessment:
    """Pass 2xx."""
    return PASSED if 200 <= status < 300 else Assessment(Verdict.FAIL, f"status {status}, expected 2xx", str(status))


def _expect_4xx(status: int) -> Assessment:
    """Pass 4xx; warn for a redirection, which W32 judges."""
    if 400 <= status < 500:
        return PASSED
    verdict = Verdict.WARN if 300 <= status < 400 else Verdict.FAIL
    return Assessment(verdict, f"{'accepted with ' if status < 300 else ''}status {status}, expected 4xx", str(status))


def _expect_refusal(status: int) -> Assessment:
    """Fail 2xx and warn for 5xx."""
    if 200 <= status < 300:
        return Assessment(Verdict.FAIL, f"accepted with status {status}", str(status))
    return (
        PASSED
        if status < 500
        else Assessment(Verdict.WARN, f"status {status}, but 4xx would stop the retries", str(status))
    )


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


def _expect_2xx_or_415(status: int) -> Assessment:
    """Pass 2xx and 415."""
    return PASSED if 200 <= status < 300 or status == 415 else Assessment(Verdict.FAIL, f"status {status}", str(status))


_RULES: Mapping[ExpectedResponse, Callable[[int], Assessment]] = MappingProxyType(
    {
        ExpectedResponse.ACCEPT: _expect_2xx,
        ExpectedResponse.REFUSE: _expect_4xx,
        ExpectedResponse.NEVER_ACCEPT: _expect_refusal,
        ExpectedResponse.IGNORE: _expect_no_effect,
        ExpectedResponse.FOLLOW: _expect_body_followed,
        ExpectedResponse.SURVIVE: _expect_2xx_or_4xx,
        ExpectedResponse.NOT_BREAK: _expect_no_5xx,
        ExpectedResponse.ACCEPT_OR_415: _expect_2xx_or_415,
        ExpectedResponse.EARLY: _expect_refusal,
    }
)


def check_refusal(stimulus: Stimulus, sent: SentMessage, key: WebhookKey) -> Iterator[Outcome]:
    """Check W31 and W32 on every response that is not 2xx."""
    exchange = sent.exchange
    if exchange.response is None or 200 <= exchange.status < 300:
        return
    if leak := _find_leak(sent, key):
        assessment = Assessment(
            Verdict.FAIL,
            f"the response shows {leak}",
            quote_json(exchange.response.body[:300].decode("utf-8", "replace")),
        )
    else:
        assessment = PASSED
    yield _build_refusal_outcome("W31", stimulus, assessment, "nothing but the refusal", exchange.id)
    command = exchange.response.find_header("webhook-delivery") or ""
    if 300 <= exchange.status < 400 or exchange.status == 410 or command.strip().lower() == "disable":
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


def _find_leak(sent: SentMessage, key: WebhookKey) -> str:
    """Return what a response reveals, empty if nothing.

    A value that the request contained is an echo, and reveals nothing.
    """
    response, message = sent.exchange.response, sent.message
    if response is None:
        return ""
    visible = response.body + b"\n" + "\n".join(f"{name}: {value}" for name, value in response.headers).encode()
    mac = key.compute_mac(message.id, message.stamp, message.body)
    if any(secret.encode() in visible for secret in key.secrets.values()):
        return "the secret"
    if mac.encode() in visible and mac not in " ".join(value for _, value in message.headers):
        return "the MAC that would have been right"
    return "a stack trace" if STACK_TRACE.search(response.body) else ""


def judge_times(sent: list[SentMessage], *, p95_s: float) -> Assessment:
    """Judge the 95th percentile of many response times; each single time is judged on its own."""
    times = sorted(message.exchange.response.elapsed_s for message in sent if message.exchange.response)
    p95 = times[int(len(times) * 0.95)] if times else 0.0
    if p95 <= p95_s:
        return PASSED
    return Assessment(Verdict.WARN, f"the 95th percentile is above {p95_s:g} s", f"{p95:.1f} s")


def judge_upload(stimulus: Stimulus, sent: SentMessage, taken: int, size: int) -> Assessment:
    """Judge whether a huge unsigned body was refused before all of it was read."""
    status, actual = sent.exchange.status, f"{taken:,} of {size:,} bytes, {sent.exchange.status or 'no response'}"
    if sent.unreachable:
        return Assessment(Verdict.INCONCLUSIVE, f"no response: {sent.exchange.failure}", actual)
    if 200 <= status < 300 or status >= 500:
        return apply_level(Assessment(Verdict.FAIL, f"status {status} for an unsigned body", actual), stimulus.level)
    if taken >= size:
        return apply_level(
            Assessment(Verdict.FAIL, "read all of an unsigned body before it refused it", actual), stimulus.level
        )
    return PASSED
