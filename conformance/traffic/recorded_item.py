"""One plan item, run from a run log: its probe gets the responses that it received then, and judges them anew."""

from collections.abc import Callable
from contextlib import suppress

from conformance.evidence.subject import Subject
from conformance.execution.passive_checks import UndeclaredOutcomeError
from conformance.model import Exchange, Noticed, Operation, Outcome, Request, Verdict
from conformance.plan import PlanItem
from conformance.probes.toolkit.base import Probe
from conformance.traffic.recorded_exchanges import RecordedExchanges


class MissingExchangeError(Exception):
    """The log does not hold what the probe requests next, or nothing that decides."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


class RecordedItem:
    """An item under way; `record` gets its outcomes, with the exchange that each rests on first where it is known."""

    def __init__(
        self,
        item: PlanItem,
        probe: Probe,
        exchanges: RecordedExchanges,
        record: Callable[[Outcome, Exchange | None], None],
        notify: Callable[[Noticed], None],
    ) -> None:
        self._item, self._probe, self._exchanges = item, probe, exchanges
        self._record, self._notify = record, notify
        self._received: dict[str, Exchange] = {}
        self._number = 0

    def run(self, operation: Operation, subject: Subject) -> MissingExchangeError | None:
        """Run the probe to its end; return what was missing where it could not come to it."""
        steps = self._probe.run(operation, subject)
        try:
            with suppress(StopIteration):
                step = next(steps)
                while True:
                    if isinstance(step, Request):
                        step = steps.send(self._receive(step))
                        continue
                    if isinstance(step, Outcome):
                        self._judge(step)
                    elif isinstance(step, Noticed):
                        self._notify(step)
                    step = next(steps)
        except MissingExchangeError as missing:
            return missing
        return None

    def _receive(self, request: Request) -> Exchange:
        """Return the recorded exchange of a request.

        Raises MissingExchangeError where there is none, or one that decides nothing.
        """
        self._number += 1
        exchange = self._exchanges.find(request, self._item.name, self._number)
        name = f"{request.method} {request.target}"
        if exchange is None:
            raise MissingExchangeError(Verdict.NOT_OBSERVABLE, f"{name} is not in the traffic")
        if exchange.failure and not exchange.failure.startswith("not sent"):
            raise MissingExchangeError(Verdict.INCONCLUSIVE, f"no response to {name}: {exchange.failure}")
        if exchange.is_unavailable or (exchange.status == 429 and not request.expects_limit):
            raise MissingExchangeError(Verdict.INCONCLUSIVE, f"{name} returned {exchange.status}")
        self._received[exchange.id] = exchange
        return exchange

    def _judge(self, outcome: Outcome) -> None:
        if outcome.requirement not in self._probe.requirements:
            raise UndeclaredOutcomeError(self._probe.name, outcome.requirement)
        self._record(outcome, self._received.get(next(iter(outcome.exchanges), "")))
