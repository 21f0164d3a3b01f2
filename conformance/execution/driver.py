"""Running one item: a probe's requests go out within the budget, its outcomes and every exchange go on record."""

import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.execution.recorder import Recorder
from conformance.execution.redactor import Redactor
from conformance.execution.store import SharedStore
from conformance.execution.violations import ItemViolations
from conformance.model import Event, Exchange, Exchanged, ItemFinished, Noticed, Operation, Outcome, Request, Verdict
from conformance.network.channel import Channel, NoAnswerError, NotSentError
from conformance.plan import Catalogue, PlanItem
from conformance.plan.planner import get_level
from conformance.probes.toolkit.base import WHOLE, Probe, Steps
from conformance.safety.gate import ForbiddenRequestError

_PAUSES = 2  # after which a request that is still answered by 429 is left alone
_LIMITED_IN_A_ROW = 9  # answers of 429, with the waits between them, before the target counts as closed to us
_BUSY = 503
_TOLD = 3  # writes that are named where an item ended early
_PATIENT_S = 5  # that a busy server may ask for before it is asked again
_LOST_IN_A_ROW = 4  # requests without an answer before the target counts as gone
_PATIENCE_S = 300.0  # without any item ended or request written down, before an item stops waiting for others
_POLL_S = 0.02


class ItemHalt(Exception):  # noqa: N818 - a reason to end, not an error
    """No more requests in this item: the verdict of what is left, and why."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


class Driver(msgspec.Struct, frozen=True):
    """What an item needs to run. `get_limit` gives the requests that an identity may send in the run.

    `should_wait` tells whether a 429 is waited out or ends the run.
    """

    subject: Subject
    catalogue: Catalogue
    channel: Channel
    store: SharedStore
    redactor: Redactor
    write: Callable[[Event], None]
    is_planned: Callable[[str, str], bool]
    is_reported: Callable[[str, str], bool]
    get_limit: Callable[[str], int | None] = lambda _: None
    should_wait: bool = True
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def run(self, item: PlanItem, after: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
        """Run it to its end and return the violations that it saw; whatever happens is on record.

        It begins when the items named in `after` have ended, on whatever worker: what writes comes after what reads.
        """
        self._wait(after)
        return _Run(self, item).go()

    def _wait(self, after: frozenset[str]) -> None:
        """Wait for other items while something goes on; those of a worker that died are not waited for for ever."""
        if not after:
            return
        seen, patience = self._progress(), _PATIENCE_S
        while patience > 0 and not after <= seen[0] and not self.store.get_stop_reason():
            self.sleep(_POLL_S)
            now = self._progress()
            patience = _PATIENCE_S if now != seen else patience - _POLL_S
            seen = now

    def _progress(self) -> tuple[frozenset[str], dict[str, int]]:
        return self.store.get_finished_items(), self.store.get_spent()


class _Run:
    """One item under way."""

    def __init__(self, driver: Driver, item: PlanItem) -> None:
        self._d, self._item = driver, item
        self._operation = driver.subject.model.operations_by_key.get(item.operation, WHOLE)
        self._sent = self._asked = 0
        self._took: list[str] = []  # what may have had an effect
        self._effective = ""  # why nothing more with an unsafe method is sent
        self._held: ItemViolations | None = None
        self._recorder = Recorder(
            item.name,
            driver.write,
            get_level=lambda requirement: get_level(driver.catalogue, requirement),
            is_planned=driver.is_planned,
            is_reported=driver.is_reported,
        )

    def go(self) -> tuple[Outcome, ...]:
        began, complete, broken = time.perf_counter(), True, False
        try:
            if reason := self._d.store.get_stop_reason():
                complete = False
                self._leave(Verdict.NOT_TESTED, reason)
            else:
                self._drive()
        except ItemHalt as halt:
            complete = False
            self._leave(halt.verdict, halt.reason)
        except ForbiddenRequestError as error:
            broken = True
            reason = f"the plan is wrong, the gate refused a request: {error}"
            self._d.write(Noticed("safety", reason, self._item.operation))
            self._leave(Verdict.ERROR, reason)
        except Exception as fault:  # noqa: BLE001 - our own fault becomes a verdict, the run goes on
            broken = True
            where = traceback.extract_tb(fault.__traceback__)[-1]
            reason = f"the harness failed: {fault!r} at {where.filename.rpartition('/')[2]}:{where.lineno}"
            self._leave(Verdict.ERROR, self._d.redactor.redact_text(reason))
        if self._took and (broken or not complete):
            told = ", ".join(self._took[-_TOLD:])
            notice = f"{self._item.name} ended early, after {told}: what that did may stay"
            self._d.write(Noticed("cleanup", self._d.redactor.redact_text(notice), self._item.operation))
        self._recorder.close()
        self._d.write(ItemFinished(self._item.name, time.perf_counter() - began, self._sent, complete))
        self._d.store.finish_item(self._item.name)
        return tuple(self._recorder.violations)

    def _drive(self) -> None:
        probe = self._d.catalogue.probes[self._item.probe]
        self._held = ItemViolations() if probe.again else None
        try:
            self._follow(probe.run(self._operation, self._d.subject))
            if probe.again and self._held:
                with suppress(ItemHalt):  # a smaller case is a courtesy: what was asked before is judged
                    self._held.reduce(partial(self._repeat, probe.again), partial(self._could, probe))
        finally:
            held, self._held = self._held, None
            for outcome in held.find_reduced() if held else ():
                self._record(outcome)

    def _repeat(self, again: Callable[[Request, Operation, Subject], Steps[None]], request: Request) -> None:
        self._follow(again(request, self._operation, self._d.subject))

    def _could(self, probe: Probe, request: Request, requirement: str) -> bool:
        """Whether a request can violate a requirement, as far as that is known before it is sent."""
        if probe.about is None or requirement not in probe.requirements:
            return True
        return requirement in probe.about(request, self._operation, self._d.subject)

    def _follow(self, steps: Steps[None]) -> None:
        with suppress(StopIteration):
            wanted = next(steps)
            while True:
                if isinstance(wanted, Request):
                    wanted = steps.send(self._exchange(wanted))
                    continue
                if isinstance(wanted, Outcome):
                    self._record(wanted)
                else:
                    self._d.write(wanted)
                wanted = next(steps)

    def _leave(self, verdict: Verdict, reason: str) -> None:
        """What this item was trusted with and did not judge."""
        for requirement in self._item.requirements:
            if requirement not in self._recorder.judged or verdict is Verdict.ERROR:
                self._record(Outcome(requirement, self._item.operation, verdict, reason))

    def _record(self, outcome: Outcome) -> None:
        if outcome.message or outcome.actual:
            clean = self._d.redactor.redact_text
            outcome = msgspec.structs.replace(
                outcome,
                message=clean(outcome.message),
                expected=clean(outcome.expected),
                actual=clean(outcome.actual),
            )
        if self._held and outcome.verdict is Verdict.FAIL:
            self._held.add_violation(outcome)
        self._recorder.record(outcome, self._item.operation)

    def _exchange(self, request: Request) -> Exchange:
        if self._effective and not request.is_safe:
            raise ItemHalt(Verdict.NOT_TESTED, self._effective)
        self._asked += 1
        shared = request.is_safe and not request.fresh
        place = urlsplit(self._d.subject.target.base_url).netloc
        key = _key(request, "" if shared else f"{self._item.name}#{self._asked}", place)
        if shared and (known := self._d.store.claim(key)):
            if self._held:
                self._held.add_exchange(known)
            return known if not known.failure else self._fail(known)
        try:
            exchange = self._ask(request, key)
        except BaseException:
            if shared:
                self._d.store.release(key)
            raise
        clean = self._d.redactor.redact_exchange(exchange)
        if shared:
            self._d.store.store_exchange(key, clean)
        self._d.write(Exchanged(clean, self._item.name))
        if not request.is_safe and (exchange.status // 100 == 2 or exchange.status >= 500):
            self._took.append(f"{request.method} {request.target}")
            if request.inert and exchange.status // 100 == 2:
                self._effective = (
                    f"{request.method} {request.target} was accepted though {request.inert}: nothing more is risked"
                )
        if exchange.failure:
            return self._fail(exchange)
        if self._held:
            self._held.add_exchange(clean)
        self._judge(clean)
        return clean if shared else exchange  # a token in an answer is for the probe alone

    def _ask(self, request: Request, key: str) -> Exchange:
        """Send, once more where a safe request got no answer or a 503, and after the pause that a 429 asks for."""
        for pauses_left in range(_PAUSES, -1, -1):
            exchange, again = self._send(request, key)
            again = again or (exchange.status == _BUSY and self._noted(exchange))
            if again and request.is_safe:
                exchange, _ = self._send(request, key)
            if exchange.status != 429 or request.expects_limit:
                return exchange
            self._d.write(Exchanged(self._d.redactor.redact_exchange(exchange), self._item.name))
            if pauses_left:
                self._pause(exchange)
        reason = f"{request.method} {request.target} answers 429 after {_PAUSES} waits as told"
        if self._d.channel.limited >= _LIMITED_IN_A_ROW:
            self._d.store.stop(f"the target answers nothing but 429: {reason}")
        raise ItemHalt(Verdict.INCONCLUSIVE, reason)

    def _noted(self, exchange: Exchange) -> bool:
        """Judge a server that is busy for a moment (RFC 9110, section 15.6.4) for that alone; whether to ask again.

        What it was asked says nothing of the requirement that it was asked for.
        """
        after = (exchange.response.find_header("retry-after") if exchange.response else None) or "0"
        if not exchange.request.is_safe or not after.strip().isdigit() or int(after) > _PATIENT_S:
            return False
        busy = self._d.redactor.redact_exchange(msgspec.structs.replace(exchange, id=f"{exchange.id}-busy"))
        self._d.write(Exchanged(busy, self._item.name))
        self._judge(busy)
        self._d.sleep(int(after))
        return True

    def _send(self, request: Request, key: str) -> tuple[Exchange, bool]:
        """The exchange, and whether another try may do better."""
        limit = self._d.get_limit(request.identity)
        if not self._d.store.try_spend(request.identity, limit):
            raise ItemHalt(Verdict.NOT_TESTED, f"the budget of {limit} requests is spent")
        self._sent += 1
        at, url = self._d.clock(), self._d.channel.url(request)
        try:
            response = self._d.channel.send(request)
        except NotSentError as fault:
            return Exchange(key, request, url, at, failure=f"not sent: {fault}"), False
        except NoAnswerError as fault:
            return Exchange(key, request, url, at, failure=str(fault)), not fault.slow
        return Exchange(key, request, url, at, response), False

    def _fail(self, exchange: Exchange) -> Exchange:
        """A request without an answer decides nothing; several in a row mean that the target is gone."""
        if exchange.failure.startswith("not sent"):
            return exchange
        if self._d.channel.unanswered >= _LOST_IN_A_ROW:
            self._d.store.stop(f"the target does not answer: {self._d.redactor.redact_text(exchange.failure)}")
        raise ItemHalt(
            Verdict.INCONCLUSIVE,
            f"no answer to {exchange.request.method} {exchange.request.target}: {exchange.failure}",
        )

    def _pause(self, exchange: Exchange) -> None:
        text = (exchange.response.find_header("retry-after") if exchange.response else None) or ""
        if not self._d.should_wait or not text.strip().isdigit():
            reason = "the target's rate limit is spent" + ("" if text.strip().isdigit() else " (no usable Retry-After)")
            self._d.store.stop(reason)
            raise ItemHalt(Verdict.NOT_TESTED, reason)
        notice = f"429 at {exchange.request.operation}: waiting {text} s as told"
        self._d.write(Noticed("rate-limit", notice, exchange.request.operation))
        self._d.store.announce(notice)
        self._d.sleep(int(text) + 1)
        self._d.store.announce("")

    def _judge(self, exchange: Exchange) -> None:
        operation = self._d.subject.model.operations_by_key.get(exchange.request.operation)
        if operation is None:
            return
        answer = OperationResponse(exchange, operation)
        for check in self._d.catalogue.checks:
            for outcome in check.judge(answer, self._d.subject):
                self._record(outcome)


def _key(request: Request, nonce: str, place: str) -> str:
    """A short name of a request, the same in every run; `nonce` tells repetitions apart.

    `place` is the target's host and port: the port of the built-in server is another one each time.
    """
    plain = msgspec.msgpack.encode((request, nonce))
    return "x" + sha256(plain.replace(place.encode(), b"")).hexdigest()[:12]
