"""Driving the items of a worker, each in its turn: what writes waits for what reads."""

from collections.abc import Callable

import msgspec

from conformance.evidence.subject import Subject
from conformance.execution.item_run import ItemRun
from conformance.execution.recorder import Recorder
from conformance.execution.sending_context import SendingContext
from conformance.execution.waits import Waiting, run_alone
from conformance.model import Outcome
from conformance.plan import Catalogue, PlanItem

_PATIENCE_S = 300.0  # without any item ended or request sent, before an item stops waiting for others
_POLL_S = 0.02


class Driver(msgspec.Struct, frozen=True):
    """The means to run items, the same for all items of a worker.

    `is_planned` and `is_reported` take a requirement and an operation and return whether that is a case of the plan,
    and whether a violation outside the plan is reported.
    """

    subject: Subject
    catalogue: Catalogue
    context: SendingContext
    is_planned: Callable[[str, str], bool]
    is_reported: Callable[[str, str], bool]

    def run(self, item: PlanItem, after: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
        """Run an item to its end and return the violations that it saw; whatever happens is in the run log.

        It begins when the items named in `after` have ended, on whatever worker.
        """
        self._wait_for(after)
        return run_alone(self.open_item(item), self.context.transmit, self.context.sleep)

    def open_item(self, item: PlanItem) -> Waiting[tuple[Outcome, ...]]:
        """Return an item as a generator of waits, which returns the violations that it saw."""
        recorder = Recorder(
            item.name,
            self.context.write,
            get_level=self.catalogue.get_level,
            is_planned=self.is_planned,
            is_reported=self.is_reported,
            defers_quiet=True,
        )
        subject = msgspec.structs.replace(self.subject, payers=dict(item.payers), part=item.part, parts=item.parts)
        return ItemRun(item, subject, self.catalogue, self.context, recorder).run()

    def _wait_for(self, items: frozenset[str]) -> None:
        """Wait for items while something goes on; those of a worker that died are not waited for without end."""
        if not items:
            return
        progress, patience = self._read_progress(), _PATIENCE_S
        while patience > 0 and not items <= progress[0] and not self.context.store.get_stop_reason():
            self.context.sleep(_POLL_S)
            now = self._read_progress()
            is_waiting = bool(self.context.store.get_announcement())  # for the rate limit
            patience = _PATIENCE_S if now != progress or is_waiting else patience - _POLL_S
            progress = now

    def _read_progress(self) -> tuple[frozenset[str], dict[str, int]]:
        return self.context.store.get_finished_items(), self.context.store.get_spent()
