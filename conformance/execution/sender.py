"""Sending the requests of one item: shared reads, the budget, the rate limit and a busy server."""

import time
from collections.abc import Callable
from hashlib import sha256
from sys import intern
from typing import NoReturn
from urllib.parse import urlsplit

import msgspec

from conformance.execution.availability import (
    ASIDE,
    CROWDED,
    find_crowd_pause,
    find_limit_pause,
    find_outage_pause,
    find_pause,
    find_timeout_pause,
)
from conformance.execution.retry_after import read_retry_after
from conformance.execution.sending_context import ItemHalt, SendingContext
from conformance.execution.store import Pending
from conformance.execution.waits import POLL_INTERVAL_S, Arrival, Delay, Sent, Transmission, Waiting
from conformance.model import Announced, Exchange, Exchanged, Noticed, Request, Verdict
from conformance.network.channel import NoResponseError

MAX_RATE_LIMIT_WAITS = 4
"""Waits after a 429, before a request that is still refused is left alone."""
_MAX_LONG_WAITS = 2  # of those, once they took longer than the patience
_MAX_LIMITED_IN_A_ROW = 15  # responses of 429, waits between them, before the target counts as closed
_MAX_LOST_IN_A_ROW = 12  # requests without a response before the target counts as gone
_MAX_UNAVAILABLE_IN_A_ROW = 15  # responses of a gateway before the target counts as unavailable
_RETURN_POLL_S = 0.5  # while another item waits for the target
_MAX_BUSY_WAIT_S = 60  # that a busy server may ask for before a read is sent again
_CLIENT_GRANT = b"grant_type=client_credentials"  # a code or a refresh token may be good for one use alone
_NO_RETRY_AFTER = " (no usable Retry-After)"


class RequestSender:
    """Sends the requests of one item, and writes every exchange to the run log.

    `receive` gets each exchange without secrets before `send` returns it, and whether it is new: one that another item
    sent was judged there.
    """

    def __init__(self, context: SendingContext, item: str, receive: Callable[[Exchange, bool], None]) -> None:
        self._context, self._item, self._receive = context, item, receive
        self._requests = 0
        self.sent = 0
        """Requests that went out, repetitions included."""
        self.effective_writes: list[str] = []
        """Requests with an unsafe method that may have had an effect, as `POST /vehicles`."""

    def send(self, request: Request, *, is_judged: bool = True) -> Waiting[Exchange]:
        """Send a request and return its exchange; an identical safe read of the run is sent once and shared.

        The receiver does not get an exchange that is not to be judged.

        Raises:
            ItemHalt: the budget is spent, the target is gone, or a write took effect that could not.
            ForbiddenRequestError: the gate refuses the request.
        """
        if request.inert and (reason := self._context.effective_operations.get(request.operation)):
            raise ItemHalt(Verdict.NOT_TESTED, reason)
        self._requests += 1
        shared = request.can_share
        key = self._name_exchange(request, shared=shared)
        if shared and (known := (yield from self._claim(key))):
            return self._share(known)
        try:
            self._announce(request, key)
            exchange = yield from self._send_patiently(request, key)
            clean = self._context.redactor.redact_exchange(exchange)
            kept = self._context.record_size.fit(clean)
            self._context.write(Exchanged(kept, self._item))
            if shared:
                self._context.store.store_exchange(key, kept)
        except BaseException:
            if shared:
                self._context.store.release(key)
            raise
        self._note_effect(exchange)
        if exchange.failure:
            return self._refuse_failure(exchange)
        if exchange.is_unavailable:
            return self._refuse_unavailable(clean, is_new=True)
        if is_judged:
            self._receive(clean, True)
        _refuse_cut(exchange)
        return clean if shared else exchange  # a token in a response is for the probe alone

    def _announce(self, request: Request, key: str) -> None:
        """Write to the run log that a request is sent next which may not be repeated without knowing its effect."""
        if request.method != "POST" or is_repeatable(request) or request.authority:
            return
        redact = self._context.redactor.redact_text
        url = redact(self._context.channel.build_url(request))
        write = Announced(key, self._item, request.operation, request.method, redact(request.target), url)
        self._context.write(write)

    def _claim(self, key: str) -> Waiting[Exchange | None]:
        """Return the exchange of a shared read, None where this item is now to send it."""
        while isinstance(claim := self._context.store.claim(key), Pending):
            yield Arrival(key) if claim is Pending.HERE else Delay(POLL_INTERVAL_S)
        return claim

    def _name_exchange(self, request: Request, *, shared: bool) -> str:
        nonce = "" if shared else f"{self._item}#{self._requests}"
        return build_exchange_id(request, nonce, urlsplit(self._context.base_url).netloc)

    def _share(self, known: Exchange) -> Exchange:
        if known.failure:
            return self._refuse_failure(known)
        if known.is_unavailable:
            return self._refuse_unavailable(known, is_new=False)
        self._receive(known, False)
        _refuse_cut(known)
        return known

    def _note_effect(self, exchange: Exchange) -> None:
        """Remember what may have changed the target; one that cannot and does is the last of its operation."""
        request = exchange.request
        succeeded = exchange.status // 100 == 2
        if request.is_safe or not (succeeded or exchange.status >= 500):
            return
        self.effective_writes.append(f"{request.method} {request.target}")
        if request.inert and succeeded:
            description = f"{request.method} {request.target} was accepted though {request.inert}"
            self._context.effective_operations[request.operation] = f"{description}: no further one is risked"

    def _send_patiently(self, request: Request, key: str) -> Waiting[Exchange]:
        """Send a request, and again after the wait that a 429 asks for; without one, after growing pauses."""
        waits, waited_s = 0, 0.0
        while True:
            exchange = yield from self._send_until_answered(request, key)
            if exchange.status != 429 or request.expects_limit:
                return exchange
            self._write(exchange)
            most = MAX_RATE_LIMIT_WAITS if waited_s < self._context.patience_s else _MAX_LONG_WAITS
            if waits >= most:
                break
            waited_s += yield from self._wait_for_rate_limit(exchange, waits, waited_s)
            waits += 1
        reason = f"{request.method} {request.target} returns 429 after {waits} waits"
        if read_retry_after(exchange) is None:
            self._stop_at_limit(_NO_RETRY_AFTER)
        if self._context.channel.limited >= _MAX_LIMITED_IN_A_ROW * self._context.concurrency:
            self._context.store.stop(f"every response of the target is a 429: {reason}")
        raise ItemHalt(Verdict.INCONCLUSIVE, reason)

    def _send_until_answered(self, request: Request, key: str) -> Waiting[Exchange]:
        """Send a request; what is harmless again, after growing pauses, if a gateway responded instead of the API.

        What was no answer of the API is written to the run log, and judged by nothing but its number (RSP-13). A
        refusal because of too many requests in flight is our doing, and does not count there.
        """
        number, crowded, waited_s = 0, 0, 0.0
        while True:
            sent = yield from self._send_once(request, key)
            pause = self._find_crowd_pause(sent, crowded)
            if pause is not None:
                crowded += 1
                self._set_aside(sent.exchange, f"{CROWDED}{crowded}")
                yield self._delay(pause)
                continue
            pause = self._find_pause(sent.exchange, sent.error, number, waited_s)
            if pause is None and (yield from self._wait_for_return(sent, key)):
                number, waited_s, pause = 0, 0.0, 0.0
            if pause is None:
                if sent.error is not None and sent.error.slow:
                    self._context.unavailable_operations.add(request.operation)
                if sent.error is not None and sent.error.unreachable:
                    self._stop_without_answer(str(sent.error))
                return sent.exchange
            number, waited_s = number + 1, waited_s + pause
            self._set_aside(sent.exchange, f"{ASIDE}{number}")
            yield self._delay(pause)

    def _wait_for_return(self, sent: Sent, key: str) -> Waiting[bool]:
        """Wait for a target that accepts connections and breaks them all; return whether it is back.

        A request whose connection broke each time may itself be the reason, unless a read that was answered before
        breaks too: then the target is gone, behind a gateway that is still there.
        """
        context, error = self._context, sent.error
        is_broken = error is not None and not error.slow and not error.unreachable
        if context.first_read is None or not is_broken or not is_repeatable(sent.exchange.request):
            return False
        if context.base_url in context.missing_targets:  # one item asks for all
            while context.base_url in context.missing_targets:
                yield self._delay(_RETURN_POLL_S)
            return not context.store.get_stop_reason()
        context.missing_targets.add(context.base_url)
        try:
            return (yield from self._ask_until_answered(context.first_read, f"{key}-sign"))
        finally:
            context.missing_targets.discard(context.base_url)

    def _ask_until_answered(self, read: Request, name: str) -> Waiting[bool]:
        """Send a read at growing intervals until it is answered; return whether that took more than one try.

        Ends the run where the patience does not last so long.
        """
        number, waited_s = 0, 0.0
        while not self._context.store.get_stop_reason():
            sent = yield from self._send_once(read, name)
            if sent.error is None:
                self._write(sent.exchange)
                return number > 0
            self._set_aside(sent.exchange, f"{ASIDE}{number}")
            pause = find_outage_pause(number, waited_s, self._context.patience_s)
            if pause is None:
                self._stop_without_answer(str(sent.error))
                return False
            number, waited_s = number + 1, waited_s + pause
            yield self._delay(pause)
        return False

    def _set_aside(self, exchange: Exchange, mark: str) -> None:
        """Write an exchange to the run log that is no response of the API."""
        aside = msgspec.structs.replace(exchange, id=f"{exchange.id}{mark}")
        self._write(aside)

    def _write(self, exchange: Exchange) -> None:
        clean = self._context.redactor.redact_exchange(exchange)
        self._context.write(Exchanged(self._context.record_size.fit(clean), self._item))

    def _find_crowd_pause(self, sent: Sent, number: int) -> float | None:
        """Return the seconds after which a request is repeated that only the number of requests in flight stopped."""
        exchange = sent.exchange
        may_repeat = exchange.status == 429 or is_repeatable(exchange.request)  # a 429 says that nothing was done
        if not sent.is_crowded or not may_repeat or self._context.store.get_stop_reason():
            return None
        told_s = read_retry_after(exchange) or 0
        return find_crowd_pause(number, told_s) if told_s <= _MAX_BUSY_WAIT_S else None

    def _find_pause(
        self, exchange: Exchange, error: NoResponseError | None, number: int, waited_s: float
    ) -> float | None:
        """Return the seconds to wait before a request is sent again, None where it is not."""
        context, request = self._context, exchange.request
        is_answered = error is None and not exchange.is_unavailable
        if is_answered or context.store.get_stop_reason():
            return None
        if error is not None and error.unreachable:  # nothing was sent, so that a write may follow as well
            return find_outage_pause(number, waited_s, context.patience_s)
        if not is_repeatable(request):
            return None
        told_s = read_retry_after(exchange) or 0
        can_repeat = exchange.is_unavailable or error is not None
        if not can_repeat or told_s > _MAX_BUSY_WAIT_S:
            return None
        is_known = request.operation in context.unavailable_operations
        if error is not None and error.slow:
            return find_timeout_pause(number, is_known_unavailable=is_known)
        return find_pause(exchange, number, told_s, is_known_unavailable=is_known)

    def _send_once(self, request: Request, key: str) -> Waiting[Sent]:
        """Charge a request to its identity and send it; raises ItemHalt where the budget is spent."""
        context = self._context
        limit = context.get_limit(request.identity)
        if not context.store.try_spend(request.identity, limit):
            raise ItemHalt(Verdict.NOT_TESTED, f"the budget of {limit} requests is spent")
        if context.pace and (notice := context.pace.wait_for_turn(request.identity)):
            context.write(Noticed("rate-limit", notice, request.operation))
        self._check_deadline(0.0)
        self.sent += 1
        sent: Sent = yield Transmission(request, key)
        return sent

    def _wait_for_rate_limit(self, exchange: Exchange, waits: int, waited_s: float) -> Waiting[float]:
        """Wait as a 429 requires, and return the seconds; end the run if the options do not allow the wait."""
        context, told_s = self._context, read_retry_after(exchange)
        pause = find_limit_pause(told_s, waits, waited_s, context.patience_s)
        if told_s is not None and told_s > context.max_wait_s:
            self._stop_at_limit(
                f" (Retry-After is {told_s} s, more than {context.max_wait_s:g}: continue later with --resume)"
            )
        if pause is None or not context.should_wait:
            self._stop_at_limit(_NO_RETRY_AFTER if told_s is None else "")
        told = "as told" if told_s is not None else "without being told how long"
        delay = self._delay(pause, holds_all=True)
        notice = f"429 at {exchange.request.operation}: waiting {pause:g} s {told}"
        context.write(Noticed("rate-limit", notice, exchange.request.operation))
        context.store.announce(notice)
        yield delay
        context.store.announce("")
        return pause

    def _delay(self, seconds: float, *, holds_all: bool = False) -> Delay:
        """Return a wait; end the run where its deadline would pass meanwhile."""
        self._check_deadline(seconds)
        return Delay(seconds, holds_all)

    def _check_deadline(self, wait_s: float) -> None:
        """End the run where its deadline has passed, or would pass during a wait."""
        if time.monotonic() + wait_s > self._context.ends_at_s:
            reason = "the deadline of the run is reached: go on with --resume"
            self._context.store.stop(reason)
            raise ItemHalt(Verdict.NOT_TESTED, reason)

    def _stop_at_limit(self, detail: str) -> NoReturn:
        reason = f"the target's rate limit is spent{detail}"
        self._context.store.stop(reason)
        raise ItemHalt(Verdict.NOT_TESTED, reason)

    def _refuse_failure(self, exchange: Exchange) -> Exchange:
        """Return an exchange that was never sent; end the item for one without a response, which decides nothing."""
        if exchange.failure.startswith("not sent"):
            return exchange
        if self._context.channel.unanswered >= _MAX_LOST_IN_A_ROW * self._context.concurrency:
            self._stop_without_answer(exchange.failure)
        description = f"{exchange.request.method} {exchange.request.target}"
        raise ItemHalt(Verdict.INCONCLUSIVE, f"no response to {description}: {exchange.failure}")

    def _stop_without_answer(self, failure: str) -> None:
        self._context.store.stop(f"the target does not answer: {self._context.redactor.redact_text(failure)}")

    def _refuse_unavailable(self, exchange: Exchange, *, is_new: bool) -> Exchange:
        """End the item: a gateway responded for the API, so nothing is known about the request.

        What is harmless was sent several times; that it failed each time is a violation (RSP-08), unless the server
        says when it will be back. A write was sent once, and counts with the others of its operation.
        """
        request, told_s = exchange.request, read_retry_after(exchange) or 0
        description = f"{request.method} {request.target} returns {exchange.status}"
        if self._context.channel.unavailable >= _MAX_UNAVAILABLE_IN_A_ROW * self._context.concurrency:
            self._context.store.stop(f"the target is not available: {description}, as others before")
        if not is_repeatable(request):
            raise ItemHalt(Verdict.INCONCLUSIVE, f"{description}: whether it took effect is not known")
        if told_s > _MAX_BUSY_WAIT_S:
            raise ItemHalt(Verdict.INCONCLUSIVE, f"{description} with Retry-After {told_s}: use --resume later")
        self._context.unavailable_operations.add(request.operation)
        self._receive(exchange, is_new)
        raise ItemHalt(Verdict.INCONCLUSIVE, f"{description} each time")


def _refuse_cut(exchange: Exchange) -> None:
    """End the item where only the beginning of a body is known: nothing is concluded from what is not."""
    if exchange.response is not None and exchange.response.cut:
        description = f"{exchange.request.method} {exchange.request.target}"
        raise ItemHalt(Verdict.INCONCLUSIVE, f"the response body of {description} is too long, and was cut")


def is_repeatable(request: Request) -> bool:
    """Return whether a request may be sent twice: a read, an inert write, or one for a token of a client alone."""
    return request.is_safe or bool(request.inert) or (bool(request.authority) and _CLIENT_GRANT in request.body)


def build_exchange_id(request: Request, nonce: str, place: str) -> str:
    """Return a short name of a request, the same in every run; `nonce` distinguishes repetitions.

    `place` is the target's host and port: the port of the built-in server is another one each time.
    """
    # msgspec omits a default that is the same object, which the name of an identity from another process is not.
    request = msgspec.structs.replace(request, identity=intern(request.identity))
    plain = msgspec.msgpack.encode((request, nonce))
    return "x" + sha256(plain.replace(place.encode(), b"")).hexdigest()[:12]
