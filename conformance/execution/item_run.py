"""Running one plan item: its probe's requests go out, its outcomes and every check's go to the run log."""

import time
import traceback
from contextlib import suppress
from functools import partial

import msgspec

from conformance.errors import LogError
from conformance.evidence.readings import review_outcome
from conformance.evidence.subject import Subject
from conformance.execution.left_writes import undo_left_writes
from conformance.execution.passive_checks import UndeclaredOutcomeError, check_exchange
from conformance.execution.recorder import Recorder
from conformance.execution.second_sight import UnconfirmedViolation, confirm_outcome, is_same_sight, withdraw_outcome
from conformance.execution.sender import RequestSender, is_repeatable
from conformance.execution.sending_context import ItemHalt, SendingContext
from conformance.execution.violations import ItemViolations
from conformance.execution.waits import Delay, Waiting
from conformance.model import (
    Exchange,
    Generated,
    Harm,
    ItemFinished,
    KeywordsListed,
    Noticed,
    Outcome,
    Request,
    TargetKind,
    Verdict,
)
from conformance.plan import Catalogue, PlanItem
from conformance.probes.toolkit.base import WHOLE, Pause, Probe, Steps
from conformance.probes.toolkit.payment import send_as
from conformance.safety.gate import ForbiddenRequestError

_MAX_NAMED_WRITES = 3  # writes that are named where an item ended early


class ItemRun:
    """One item under way."""

    def __init__(
        self, item: PlanItem, subject: Subject, catalogue: Catalogue, context: SendingContext, recorder: Recorder
    ) -> None:
        self._item, self._subject, self._catalogue = item, subject, catalogue
        self._context, self._recorder = context, recorder
        self._operation = subject.model.operations_by_key.get(item.operation, WHOLE)
        self._sender = RequestSender(context, item.name, self._receive)
        self._violations: ItemViolations | None = None
        self._is_reducing = False
        self._exchanges: dict[str, Exchange] = {}  # by id, those that outcomes of the item may rest on
        self._requests: dict[str, Request] = {}  # by id of their exchange, as they were sent
        self._unconfirmed: list[UnconfirmedViolation] = []
        self._notes: list[Generated | KeywordsListed] = []  # on generated requests
        self._declared = frozenset(catalogue.probes[item.probe].requirements)

    def run(self) -> Waiting[tuple[Outcome, ...]]:
        """Run the item to its end and return the violations that it saw; whatever happens is in the run log."""
        began = time.perf_counter()
        complete, broken = yield from self._try_probe()
        yield from self._look_again()
        if self._sender.effective_writes and (broken or not complete):
            writes = ", ".join(self._sender.effective_writes[-_MAX_NAMED_WRITES:])
            notice = f"{self._item.name} ended early, after {writes}: what that did may stay"
            self._context.write(Noticed("cleanup", self._context.redactor.redact_text(notice), self._item.operation))
        duration_s = round(time.perf_counter() - began, 6)
        finished = ItemFinished(self._item.name, duration_s, self._sender.sent, complete)
        self._context.write_together((*self._notes, *self._recorder.collect_rest(), finished))
        self._context.store.finish_item(self._item.name)
        self._exchanges.clear()  # the item and its sender hold each other, until garbage is collected
        self._requests.clear()
        return tuple(self._recorder.violations)

    def _try_probe(self) -> Waiting[tuple[bool, bool]]:
        """Run the probe; return whether it came to its end, and whether an internal error ended it."""
        if reason := self._context.store.get_stop_reason():
            self._give_up(Verdict.NOT_TESTED, reason)
            return False, False
        try:
            yield from self._run_probe()
        except ItemHalt as halt:
            self._give_up(halt.verdict, halt.reason)
            return False, False
        except ForbiddenRequestError as error:
            return self._refuse(error)
        except LogError as error:
            self._context.store.stop(error.message)
            raise
        except Exception as error:  # noqa: BLE001 - an internal error becomes a verdict, the run goes on
            place = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"internal error: {error!r} at {place.filename.rpartition('/')[2]}:{place.lineno}"
            self._give_up(Verdict.ERROR, self._context.redactor.redact_text(reason))
            return True, True
        return True, False

    def _refuse(self, error: ForbiddenRequestError) -> tuple[bool, bool]:
        """Record that the gate refused a request: a read that the server led to, else an error of the plan."""
        if error.is_read:
            reason = f"the target leads to what may not be read: {error}"
        else:
            reason = f"the plan is wrong, the gate refused a request: {error}"
        reason = self._context.redactor.redact_text(reason)
        self._context.write(Noticed("safety", reason, self._item.operation))
        self._give_up(Verdict.INCONCLUSIVE if error.is_read else Verdict.ERROR, reason)
        return not error.is_read, not error.is_read

    def _run_probe(self) -> Waiting[None]:
        probe = self._catalogue.probes[self._item.probe]
        self._violations = ItemViolations() if probe.again else None
        try:
            if left := self._context.left_writes.get(self._item.name):
                yield from self._follow(undo_left_writes(left, self._subject))
            steps = probe.run(self._operation, self._subject)
            yield from self._follow(send_as(self._subject.get_payer(probe.payer), steps) if probe.payer else steps)
            if probe.again and self._violations:
                self._is_reducing = True
                with suppress(ItemHalt):  # a smaller case is a courtesy: what was sent before is judged
                    for request in self._violations.propose_smaller(partial(self._can_violate, probe)):
                        yield from self._follow(probe.again(request, self._operation, self._subject))
        finally:
            violations, self._violations, self._is_reducing = self._violations, None, False
            for outcome in violations.find_reduced() if violations else ():
                self._record(outcome)

    def _can_violate(self, probe: Probe, request: Request, requirement: str) -> bool:
        """Return whether a request can violate a requirement, as far as that is known before it is sent."""
        if probe.about is None or requirement not in probe.requirements:
            return True
        return requirement in probe.about(request, self._operation, self._subject)

    def _follow(self, steps: Steps[None]) -> Waiting[None]:
        """Send the requests of a generator and record its outcomes and notices, until it ends."""
        with suppress(StopIteration):
            step = next(steps)
            while True:
                if isinstance(step, Request):
                    exchange = yield from self._sender.send(step)
                    self._requests[exchange.id] = step
                    step = steps.send(exchange)
                    continue
                if isinstance(step, Outcome):
                    if step.requirement not in self._declared:
                        raise UndeclaredOutcomeError(self._item.probe, step.requirement)
                    self._record(step)
                elif isinstance(step, Pause):
                    yield Delay(step.seconds)
                elif isinstance(step, Noticed):
                    self._context.write(self._context.redactor.redact_notice(step))
                else:  # notes on generated requests hold words of the description alone
                    self._notes.append(step)
                step = next(steps)

    def _receive(self, exchange: Exchange, is_new: bool) -> None:
        self._exchanges[exchange.id] = exchange
        if self._violations:
            self._violations.add_exchange(exchange)
        if is_new:
            self._check(exchange)

    def _check(self, exchange: Exchange) -> None:
        """Judge an exchange by every passive check."""
        for outcome in check_exchange(exchange, self._subject, self._catalogue):
            self._record(outcome)

    def _give_up(self, verdict: Verdict, reason: str) -> None:
        """Record a verdict for each case that the item was trusted with and did not judge."""
        for requirement in self._item.requirements:
            if requirement not in self._recorder.judged or verdict is Verdict.ERROR:
                self._record(Outcome(requirement, self._item.operation, verdict, reason))

    def _record(self, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.FAIL and not self._subject.strict_readings:
            operation = self._subject.model.operations_by_key.get(outcome.operation, self._operation)
            exchange = self._exchanges.get(next(iter(outcome.exchanges), ""))
            are_scopes_known = self._subject.target.kind is TargetKind.BUILTIN
            outcome = review_outcome(outcome, operation, exchange, are_scopes_known=are_scopes_known)
        outcome = self._context.redactor.redact_outcome(outcome)
        if self._is_reducing and not (self._violations and self._violations.has_kind(outcome)):
            return  # a smaller request is made for one violation, and may be wrong in all else
        if self._violations and outcome.verdict is Verdict.FAIL:
            self._violations.add_violation(outcome)
        if unconfirmed := self._find_unconfirmed(outcome):
            self._unconfirmed.append(unconfirmed)
        else:
            self._recorder.record(outcome, self._item.operation)

    def _find_unconfirmed(self, outcome: Outcome) -> UnconfirmedViolation | None:
        """Return a violation that needs a second sight and can have one, None for all others."""
        known = self._catalogue.requirements.get(outcome.requirement)
        if outcome.verdict is not Verdict.FAIL or known is None or known.harm is not Harm.SECRETS:
            return None
        first = next(iter(outcome.exchanges), "")
        request, exchange = self._requests.get(first), self._exchanges.get(first)
        if request is None or exchange is None or not is_repeatable(request):
            return None
        is_known = self._context.confirmations.is_known(outcome.requirement)
        return None if is_known else UnconfirmedViolation(outcome, request, exchange)

    def _look_again(self) -> Waiting[None]:
        """Send the requests behind grave violations again, over other connections, and record what is left."""
        unconfirmed, self._unconfirmed = self._unconfirmed, []
        seconds: dict[str, Exchange | ItemHalt] = {}  # by id of the first exchange
        for outcome, request, first in unconfirmed:
            if first.id not in seconds:
                seconds[first.id] = yield from self._send_again(request)
            second = seconds[first.id]
            if isinstance(second, ItemHalt):
                settled = withdraw_outcome(outcome, f"and not again: {second.reason}")
            elif is_same_sight(first, second):
                self._context.confirmations.add(outcome.requirement)
                settled = confirm_outcome(outcome, second)
            else:
                reason = f"with {first.status}, and then {second.status or second.failure}"
                settled = withdraw_outcome(outcome, reason, second)
            self._recorder.record(settled, self._item.operation)

    def _send_again(self, request: Request) -> Waiting[Exchange | ItemHalt]:
        """Send a request over a new connection; what it shows beside is not judged a second time."""
        again = msgspec.structs.replace(request, fresh=True, own_connection=True)
        try:
            return (yield from self._sender.send(again, is_judged=False))
        except ItemHalt as halt:
            return halt
