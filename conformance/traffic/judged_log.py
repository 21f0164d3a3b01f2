"""The run log of recorded traffic, in the form of any run, so that the reports are the same."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from conformance.description.positions import find_places
from conformance.errors import UsageError
from conformance.evidence.readings import review_outcome
from conformance.execution.directories import check_writable
from conformance.execution.header import build_header
from conformance.execution.last_outcomes import LastOutcomes, merge_logs
from conformance.execution.recorder import Recorder
from conformance.execution.spec import RunContext, RunSpec
from conformance.model import (
    Case,
    Catalogued,
    Described,
    Event,
    Exchange,
    Kind,
    Noticed,
    Observed,
    Outcome,
    Placed,
    Planned,
    Requirement,
    RunFinished,
    Verdict,
)
from conformance.plan import Catalogue, Plan
from conformance.run_log.event_log import LogWriter
from conformance.tools.garbage import reduce_collection
from conformance.traffic.batched_log import BatchedLog

_STATIC = "judged by `evconform description lint`, not by traffic"
_UNSEEN = "the traffic holds no exchanges that show it"
_PART = "judged"


class JudgedLog:
    """A run log of judged exchanges, in progress. Create it with a directory that holds no log yet.

    Raises UsageError where the directory holds one, or cannot be written.
    """

    def __init__(
        self, spec: RunSpec, context: RunContext, files: tuple[Path, ...], command: str, clock: Callable[[], float]
    ) -> None:
        if (spec.path / "events.jsonl").exists():
            raise UsageError(f"{spec.path} already contains a run log", hint="Name a new --report-dir")
        check_writable(spec.path)
        self.spec, self.catalogue = spec, context.catalogue
        self.plan = _leave_out_static(context.plan, context.catalogue.requirements)
        self.subject = spec.build_subject(context.description)
        self.last = LastOutcomes(self.plan, self.catalogue, self.subject)
        """What all events together show; it reads them as they are written."""
        self._description = context.description
        self._files, self._command, self._clock = files, command, clock
        self._cases = self.plan.list_open_cases()
        self._selection = spec.build_plan_options().selection
        self._workers = spec.path / "workers"

    def write(self, fill: Callable[[BatchedLog], Iterable[Noticed]], items: Iterable[str]) -> Path:
        """Write the header, what `fill` writes, its notices, and the last verdicts; return the path of the log.

        Events come in the order of `items`. Where `fill` fails, no log is left.
        """
        try:
            with reduce_collection(), LogWriter(self._workers / "controller.jsonl") as head:
                for event in self._build_header(self._clock()):
                    self.last.add_event(event)
                    head.append(event)
                with LogWriter(self._workers / f"{_PART}.jsonl") as part:
                    log = BatchedLog(part, self.last.add_event)
                    notices = fill(log)
                    log.flush()
                for event in (*notices, *self._judge_rest()):
                    head.append(event)
            whole = self.spec.path / "events.jsonl"
            merge_logs(self._workers, whole, items, RunFinished(self._clock(), {}))
        finally:
            shutil.rmtree(self._workers, ignore_errors=True)
        return whole

    def open_recorder(self, item: str, log: BatchedLog) -> Recorder:
        """Return the recorder of the outcomes of an item."""
        return Recorder(
            item,
            log.append,
            get_level=self.catalogue.get_level,
            is_planned=lambda requirement, operation: Case(requirement, operation) in self._cases,
            is_reported=self._is_reported,
        )

    def record(self, outcome: Outcome, exchange: Exchange | None, recorder: Recorder, operation: str = "") -> None:
        """Record an outcome that rests on an exchange; `operation` is that of the recorder's item."""
        known = self.subject.model.operations_by_key.get(outcome.operation)
        if outcome.verdict is Verdict.FAIL and known is not None and not self.spec.strict_readings:
            outcome = review_outcome(outcome, known, exchange)
        recorder.record(outcome, operation)

    def _build_header(self, now: float) -> Iterator[Event]:
        spec, model = self.spec, self._description.model
        yield build_header(
            spec.run, spec.target, self._description, now, profile=spec.profile, seed=spec.seed,
            command=self._command, traffic=tuple(map(str, self._files)),
        )  # fmt: skip
        yield Described(model)
        yield Placed(find_places(self._description, [operation.pointer for operation in model.operations]))
        yield Catalogued(tuple(self.catalogue.requirements.values()))
        yield from self.plan.planned
        for outcome in self.plan.known_outcomes:
            yield Observed(outcome)

    def _is_reported(self, requirement: str, operation: str) -> bool:
        """Return whether a violation of a case outside the plan is reported: where its requirement was selected."""
        known = self.catalogue.requirements.get(requirement)
        if known is None or Case(requirement, operation) in self.plan.undecidable:
            return False
        return self._selection.is_selected(known, self.subject.model.operations_by_key.get(operation))

    def _judge_rest(self) -> Iterator[Event]:
        """Yield what all exchanges show together, and a reason for each case that nothing showed."""
        explained: set[Case] = set()
        for last in self.last.judge():
            explained.add(last.outcome.case)
            yield last
        for case in sorted(self._cases - self.last.judged - explained):
            yield Observed(Outcome(case.requirement, case.operation, Verdict.NOT_OBSERVABLE, _UNSEEN))


def _leave_out_static(plan: Plan, requirements: Mapping[str, Requirement]) -> Plan:
    """Return a plan without the cases that are judged by the description alone."""
    planned = tuple(
        Planned(part.requirement, (), {**part.excluded, _STATIC: part.cases})
        if part.cases and requirements[part.requirement].kind is Kind.STATIC
        else part
        for part in plan.planned
    )
    return msgspec.structs.replace(plan, planned=planned)


def list_passive(catalogue: Catalogue) -> frozenset[str]:
    """Return the requirements that are judged by each response, or by all of them together."""
    folded = (requirement.id for requirement in catalogue.requirements.values() if requirement.kind is Kind.RUN)
    return catalogue.find_passive_requirements() | frozenset(folded)
