"""One process that runs items: everything opened once, closed at its end."""

from conformance.eventlog import Writer
from conformance.execution.driver import Driver
from conformance.execution.redaction import Redactor
from conformance.execution.spec import Brief, RunSpec
from conformance.execution.store import Store, store_path
from conformance.model import Case, Outcome
from conformance.network.channel import AGENT, Channel
from conformance.plan import Item, Plan
from conformance.safety.gate import Gate

_LEASE = 8  # requests that a worker writes down at once


class Worker:
    """Runs items of a plan, writes its own log `workers/NAME.jsonl`."""

    def __init__(self, spec: RunSpec, brief: Brief, name: str) -> None:
        self.subject = spec.subject(brief.description)
        self.catalogue, self.plan = brief.catalogue, brief.plan
        self._log = Writer(spec.path / "workers" / f"{name}.jsonl")
        self.store = Store(store_path(spec.path), _LEASE)
        self._channel = Channel(
            spec.target.base_url, spec.headers, Gate(spec.target, brief.description.model.operations), agent=AGENT
        )
        self._cases = self.plan.cases()
        self.todo = todo(self.plan, spec)
        self._wish = spec.wish()
        self._ended: frozenset[str] = frozenset()  # items that have been waited for
        self._driver = Driver(
            self.subject,
            self.catalogue,
            self._channel,
            self.store,
            Redactor(spec.secrets),
            self._log.append,
            self._planned,
            self._wanted,
            limit=self._wish.limit,
            waits=spec.waits,
        )

    def run(self, item: Item, after: frozenset[str] = frozenset()) -> tuple[Outcome, ...]:
        """The violations that an item saw; it begins when the items named in `after` have ended."""
        awaited, self._ended = after - self._ended, self._ended | after
        return self._driver.run(item, awaited)

    def writes(self, item: Item) -> bool:
        """Whether requests of an item could take effect."""
        return self.catalogue.probes[item.probe].writes

    def close(self) -> None:
        """Close log, connections and store."""
        self._log.close()
        self._channel.close()
        self.store.close()

    def _planned(self, requirement: str, operation: str) -> bool:
        return Case(requirement, operation) in self._cases

    def _wanted(self, requirement: str, operation: str) -> bool:
        """Whether a violation outside the plan is reported.

        It is where the requirement was selected and simply does not bind the operation, not where another shard looks.
        """
        known = self.catalogue.requirements.get(requirement)
        model = self.subject.model
        return (
            known is not None
            and self._wish.selection.takes(known, model.by_key.get(operation))
            and self._wish.shard == (1, 1)
        )


def todo(plan: Plan, spec: RunSpec) -> tuple[Item, ...]:
    """The items of a plan that no earlier run finished."""
    done = frozenset(spec.done)
    return tuple(item for item in plan.items if item.name not in done)
