"""The worker: everything that one process needs to run plan items, opened once."""

from collections.abc import Callable, Iterable, Sequence

from conformance.execution.concurrency import ConcurrencyLimit
from conformance.execution.driver import Driver
from conformance.execution.item_pool import ItemPool
from conformance.execution.mirrored_channel import MirroredChannel
from conformance.execution.pace import build_pace
from conformance.execution.preflight import choose_sample_lists
from conformance.execution.redactor import Redactor
from conformance.execution.sending_context import SendingContext
from conformance.execution.spec import RunContext, RunSpec
from conformance.execution.store import SharedStore, get_store_path
from conformance.execution.transmission_threads import TransmissionThreads
from conformance.model import Case, Noticed, Operation, Outcome, Request, ResourceModel
from conformance.network.channel import AGENT, Channel
from conformance.network.traces import TraceNamer
from conformance.plan import Plan, PlanItem
from conformance.run_log.event_log import LogWriter
from conformance.safety.gate import Gate

ListAhead = Callable[[], Iterable[PlanItem]]

_LEASE = 8  # requests that a worker spends at once


class Worker:
    """Runs plan items and writes its own log `workers/NAME.jsonl`.

    `list_ahead` returns the items that it is to run next, as far as they are known; those that only read may go on at
    a time with the one that `run` is called for. An item that writes has the worker to itself.
    """

    def __init__(self, spec: RunSpec, brief: RunContext, name: str) -> None:
        self.subject = spec.build_subject(brief.description)
        self.catalogue, self.plan = brief.catalogue, brief.plan
        self._log = LogWriter(spec.path / "workers" / f"{name}.jsonl")
        self.store = SharedStore(get_store_path(spec.path), _LEASE)
        self._channel = _open_channel(spec, brief.description.model.operations)
        self._redactor = Redactor(spec.secrets)
        self._cases = self.plan.list_open_cases()
        self.remaining_items = find_remaining_items(self.plan, spec)
        self._wish = spec.build_plan_options()
        self._awaited: frozenset[str] = frozenset()  # items that the worker has waited for
        self.list_ahead: ListAhead = tuple
        context = SendingContext(
            spec.target.base_url,
            self._channel,
            self.store,
            self._redactor,
            self._log.append,
            get_limit=self._wish.get_limit,
            should_wait=spec.should_wait,
            left_writes=spec.left_writes,
            max_wait_s=spec.max_wait_s,
            patience_s=spec.patience_s,
            ends_at_s=spec.ends_at_s,
            pace=build_pace(spec, self.store),
            concurrency=spec.concurrency or 1,
            write_line=self._log.append_together,
            traces=TraceNamer() if spec.traces else None,
            first_read=_build_first_read(brief.description.model),
        )
        self._driver = Driver(self.subject, self.catalogue, context, self._is_planned, self._is_reported)
        self._pool = self._open_pool(context) if context.concurrency > 1 else None

    def _open_pool(self, context: SendingContext) -> ItemPool:
        """Return the pool of the items that only read."""
        return ItemPool(
            self._driver.open_item,
            lambda: (item for item in self.list_ahead() if not self.can_write(item)),
            self.store.is_claimed,
            context.is_refusal,
            TransmissionThreads(context.transmit, context.concurrency),
            ConcurrencyLimit(context.concurrency),
        )

    def run(self, item: PlanItem, after: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
        """Run an item once the items named in `after` have ended; return its violations."""
        if self._pool and not self.can_write(item):
            return self._pool.run(item)
        pending, self._awaited = after - self._awaited, self._awaited | after
        return self._driver.run(item, pending)

    def can_write(self, item: PlanItem) -> bool:
        """Return whether the requests of an item can have an effect."""
        return self.catalogue.probes[item.probe].writes

    def close(self) -> None:
        """Close log, connections and store, and end the items that are still open."""
        if self._pool:
            self._pool.close()
        for notice in self._channel.describe() if isinstance(self._channel, MirroredChannel) else ():
            message = self._redactor.redact_text(notice.message)
            self._log.append(Noticed(notice.topic, message, notice.operation))
        self._log.close()
        self._channel.close()
        self.store.close()

    def _is_planned(self, requirement: str, operation: str) -> bool:
        return Case(requirement, operation) in self._cases

    def _is_reported(self, requirement: str, operation: str) -> bool:
        """Return whether a violation outside the plan is reported.

        It is where the case is selected but the requirement does not bind the operation. It is not in a sharded run,
        since another shard may have planned the case;
        nor where the description does not document what the requirement rests on.
        """
        if Case(requirement, operation) in self.plan.undecidable:
            return False
        known = self.catalogue.requirements.get(requirement)
        model = self.subject.model
        return (
            known is not None
            and self._wish.selection.is_selected(known, model.operations_by_key.get(operation))
            and self._wish.shard == (1, 1)
        )


def _open_channel(spec: RunSpec, operations: Sequence[Operation]) -> Channel:
    """Return the channel to the target, which also sends reads to the baseline where the run has one."""
    gate = Gate(spec.target, operations)
    for write in (write for left in spec.left_writes.values() for write in left):
        if write.response is not None:  # what the run created earlier may be deleted
            gate.observe(write.request.method, write.url, write.response)
    if spec.baseline is not None:
        return MirroredChannel(spec.target.base_url, spec.headers, gate, spec.baseline, operations)
    return Channel(spec.target.base_url, spec.headers, gate, agent=AGENT)


def _build_first_read(model: ResourceModel) -> Request | None:
    """Return the read that was sent first of all, before the run; None where there was none."""
    return next((Request(operation.key, "GET", operation.path) for operation in choose_sample_lists(model)), None)


def find_remaining_items(plan: Plan, spec: RunSpec) -> tuple[PlanItem, ...]:
    """Return the items of a plan that no earlier run finished."""
    done = frozenset(spec.finished_items)
    return tuple(item for item in plan.items if item.name not in done)
