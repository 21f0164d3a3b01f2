"""Verdicts on answers: what a stimulus asks for, held against what came. Pure."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from conformance.certify.found import RIGHT, TRACES, Found, graded
from conformance.certify.webhook_receivers.messages import Message
from conformance.certify.webhook_receivers.stimuli import How, Right, Stimulus
from conformance.judging import quote
from conformance.model import Exchange, Outcome, Verdict
from conformance.webhooks.signing import Key

OPERATION = "POST webhook"
CLOCKS_S = 2.0
"""How far two clocks may be apart before a timestamp near a limit shows nothing."""
LATE_S = 1.0
"""How late a message may be read before a timestamp near a limit may have crossed it."""


class Sent(msgspec.Struct, frozen=True):
    """A message that was sent, and its exchange. `unreachable` tells that no connection came about."""

    message: Message
    exchange: Exchange
    unreachable: bool = False

    @property
    def late_s(self) -> float:
        """Seconds from the making of its timestamp until its answer: how late it may have been read at most."""
        response = self.exchange.response
        return self.exchange.sent_at - self.message.now + (response.elapsed_s if response else 0.0)


def answered(stimulus: Stimulus, sent: Sent, *, skew_s: float = 0.0) -> Found:
    """The verdict on one answer, graded by the level of the stimulus."""
    if sent.exchange.response is None:
        return _unanswered(stimulus, sent)
    status = sent.exchange.status
    if status in _BUSY and stimulus.how not in {How.BURST, How.CROWD}:
        return Found(
            Verdict.INCONCLUSIVE, f"the receiver answers {status}: it is busy, which is no word on this", str(status)
        )
    if stimulus.how is How.BURST and status in {409, 429}:
        return Found(Verdict.WARN, f"a duplicate is answered {status}: it will be sent again", str(status))
    found = _RULES[stimulus.right](status)
    if found.verdict is not Verdict.PASS and ((stimulus.edge and abs(skew_s) >= CLOCKS_S) or faded(stimulus, sent)):
        reason = f"the clocks are {skew_s:+.0f} s apart, it was {sent.late_s:.1f} s late: too much to judge one second"
        return Found(Verdict.INCONCLUSIVE, reason, str(status))
    return graded(found, stimulus.level)


def faded(stimulus: Stimulus, sent: Sent) -> bool:
    """Whether a message may have been read so late that its timestamp had crossed the limit that it was made for."""
    return stimulus.fades and sent.late_s >= LATE_S


_BUSY = frozenset({429, 503})


def outcome(stimulus: Stimulus, found: Found, *exchanges: str) -> Outcome:
    """The verdict as it goes on record."""
    words = f"{stimulus.name}: {found.message}" if found.message else ""
    if found.verdict in {Verdict.FAIL, Verdict.WARN}:
        words = f"{words}. {stimulus.reason}"
    cause = f"{stimulus.name}: {found.message}" if found.verdict is not Verdict.PASS else ""
    return Outcome(
        stimulus.requirement,
        OPERATION,
        found.verdict,
        words,
        "" if found.verdict is Verdict.PASS else stimulus.right.value,
        found.actual,
        exchanges=exchanges,
        cause=cause,
    )


def _unanswered(stimulus: Stimulus, sent: Sent) -> Found:
    reason = sent.exchange.failure
    must_answer = stimulus.right in {Right.ACCEPT, Right.NOT_BREAK}
    if sent.unreachable or not must_answer:
        return Found(Verdict.INCONCLUSIVE, f"no answer: {reason}", "no answer")
    return graded(Found(Verdict.FAIL, f"no answer: {reason}", "no answer"), stimulus.level)


def _accept(status: int) -> Found:
    return RIGHT if 200 <= status < 300 else Found(Verdict.FAIL, f"answered {status} instead of 2xx", str(status))


def _refuse(status: int) -> Found:
    """4xx; a redirection refuses too, and is judged as such by W32."""
    if 400 <= status < 500:
        return RIGHT
    verdict = Verdict.WARN if 300 <= status < 400 else Verdict.FAIL
    return Found(verdict, f"{'accepted with' if status < 300 else 'answered'} {status} instead of 4xx", str(status))


def _never_accept(status: int) -> Found:
    if 200 <= status < 300:
        return Found(Verdict.FAIL, f"accepted with {status}", str(status))
    return RIGHT if status < 500 else Found(Verdict.WARN, f"answered {status}, where 4xx ends it", str(status))


def _survive(status: int) -> Found:
    return (
        RIGHT if 200 <= status < 300 or 400 <= status < 500 else Found(Verdict.FAIL, f"answered {status}", str(status))
    )


def _not_break(status: int) -> Found:
    return Found(Verdict.FAIL, f"answered {status}", str(status)) if status >= 500 else RIGHT


def _follow(status: int) -> Found:
    """4xx is right; of a 2xx only the observation hook tells what was followed."""
    if 200 <= status < 300:
        return Found(
            Verdict.NOT_OBSERVABLE, "accepted; what it was taken for is seen through --observe alone", str(status)
        )
    return _survive(status)


def _ignore(status: int) -> Found:
    """Whatever refuses is right; after a 2xx the effect decides."""
    if 200 <= status < 300:
        return Found(
            Verdict.NOT_OBSERVABLE, "accepted; which id took effect is seen through --observe alone", str(status)
        )
    return RIGHT


def _accept_or_415(status: int) -> Found:
    return RIGHT if 200 <= status < 300 or status == 415 else Found(Verdict.FAIL, f"answered {status}", str(status))


_RULES: Mapping[Right, Callable[[int], Found]] = MappingProxyType(
    {
        Right.ACCEPT: _accept,
        Right.REFUSE: _refuse,
        Right.NEVER_ACCEPT: _never_accept,
        Right.IGNORE: _ignore,
        Right.FOLLOW: _follow,
        Right.SURVIVE: _survive,
        Right.NOT_BREAK: _not_break,
        Right.ACCEPT_OR_415: _accept_or_415,
        Right.EARLY: _never_accept,
    }
)


def passing(stimulus: Stimulus, sent: Sent, key: Key) -> Iterator[Outcome]:
    """W31 and W32, judged on every answer to a delivery that is not plainly accepted."""
    exchange = sent.exchange
    if exchange.response is None or 200 <= exchange.status < 300:
        return
    if leak := _leak(sent, key):
        found = Found(
            Verdict.FAIL, f"the answer shows {leak}", quote(exchange.response.body[:300].decode("utf-8", "replace"))
        )
    else:
        found = RIGHT
    yield _on("W31", stimulus, found, "nothing but the refusal", exchange.id)
    command = exchange.response.header("webhook-delivery") or ""
    if 300 <= exchange.status < 400 or exchange.status == 410 or command.strip().lower() == "disable":
        told = f"webhook-delivery: {command}" if command else str(exchange.status)
        found = Found(Verdict.FAIL, f"answered {told}, which is for the endpoint as a whole, not for one event", told)
    else:
        found = RIGHT
    yield _on("W32", stimulus, found, "no 3xx, no 410, no webhook-delivery: disable", exchange.id)


def _on(requirement: str, stimulus: Stimulus, found: Found, expected: str, exchange: str) -> Outcome:
    if found.verdict is Verdict.PASS:
        return Outcome(requirement, OPERATION, Verdict.PASS, exchanges=(exchange,))
    words = f"{stimulus.name}: {found.message}"
    return Outcome(
        requirement, OPERATION, found.verdict, words, expected, found.actual, exchanges=(exchange,), cause=found.message
    )


def _leak(sent: Sent, key: Key) -> str:
    """What an answer shows that it must not; the sender's own values come back as an echo, and leak nothing."""
    response, message = sent.exchange.response, sent.message
    if response is None:
        return ""
    shown = response.body + b"\n" + "\n".join(f"{name}: {value}" for name, value in response.headers).encode()
    mac = key.mac(message.id, message.stamp, message.body)
    if any(secret.encode() in shown for secret in key.secrets.values()):
        return "the secret"
    if mac.encode() in shown and mac not in " ".join(value for _, value in message.headers):
        return "the MAC that would have been right"
    return "a stack trace" if TRACES.search(response.body) else ""


def timely(sent: list[Sent], *, p95_s: float) -> Found:
    """The 95th percentile of the times of many answers; whether each came in time is judged one by one."""
    times = sorted(each.exchange.response.elapsed_s for each in sent if each.exchange.response)
    p95 = times[int(len(times) * 0.95)] if times else 0.0
    if p95 <= p95_s:
        return RIGHT
    return Found(Verdict.WARN, f"the 95th percentile is above {p95_s:g} s", f"{p95:.1f} s")


def taken_early(stimulus: Stimulus, sent: Sent, taken: int, size: int) -> Found:
    """Whether an endless unsigned body was refused before all of it was taken."""
    status, told = sent.exchange.status, f"{taken:,} of {size:,} bytes, {sent.exchange.status or 'no answer'}"
    if sent.unreachable:
        return Found(Verdict.INCONCLUSIVE, f"no answer: {sent.exchange.failure}", told)
    if 200 <= status < 300 or status >= 500:
        return graded(Found(Verdict.FAIL, f"answered {status} to an unsigned body", told), stimulus.level)
    if taken >= size:
        return graded(Found(Verdict.FAIL, "took all of an unsigned body before it refused", told), stimulus.level)
    return RIGHT
