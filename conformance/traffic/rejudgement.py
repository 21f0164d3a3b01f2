"""Judging a run again from its log: the same probes and checks as they are now, and the responses that it received."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance import description as descriptions
from conformance.description import Description
from conformance.errors import UsageError
from conformance.execution.directories import choose_directory, name_run
from conformance.execution.passive_checks import check_exchange
from conformance.execution.recorder import Recorder
from conformance.execution.spec import RunContext, RunSpec, load_catalogue
from conformance.model import (
    Case,
    Catalogued,
    Exchange,
    Exchanged,
    ItemFinished,
    Noticed,
    Observed,
    Outcome,
    Passed,
    Planned,
    RunStarted,
    Verdict,
)
from conformance.plan import Plan, PlanItem
from conformance.plan.item import parse_item_name
from conformance.probes.toolkit.base import WHOLE
from conformance.run_log.event_log import read_events
from conformance.traffic.batched_log import BatchedLog
from conformance.traffic.judge import JudgeOptions
from conformance.traffic.judged_log import JudgedLog
from conformance.traffic.reading import find_run_logs
from conformance.traffic.recorded_exchanges import RecordedExchanges
from conformance.traffic.recorded_item import RecordedItem

_NOT_PLANNED = "not planned in the run that is judged again"


class RecordedRun(msgspec.Struct, frozen=True):
    """A run as its log holds it: header, exchanges and outcomes by item, planned cases, and its requirements' ids."""

    started: RunStarted
    exchanges: tuple[Exchanged, ...]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    cases: frozenset[Case]
    requirements: frozenset[str]
    items: tuple[str, ...]


def is_run(path: Path) -> bool:
    """Return whether a path is the log or the report directory of a run that sent requests, not of a certification."""
    if not find_run_logs([path]):
        return False
    started = next((event for event in read_events([path]) if isinstance(event, RunStarted)), None)
    return started is not None and not started.traffic and started.certification is None


def read_recorded_run(path: Path) -> RecordedRun:
    """Return the run of a log, or of the logs in a report directory.

    Raises UsageError where it has no header, LogError where it cannot be read.
    """
    started: RunStarted | None = None
    exchanges: list[Exchanged] = []
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    cases: set[Case] = set()
    requirements: frozenset[str] = frozenset()
    items: list[str] = []
    for event in read_events([path]):
        match event:
            case RunStarted():
                started = started or event
            case Exchanged():
                exchanges.append(event)
            case Observed(outcome, item):
                outcomes[item].append(outcome)
            case Passed(item=item):
                outcomes[item] += event.list_outcomes()
            case Planned(requirement, keys):
                cases |= {Case(requirement, key) for key in keys}
            case Catalogued(known):
                requirements = frozenset(requirement.id for requirement in known)
            case ItemFinished(item):
                items.append(item)
            case _:
                pass
    if started is None:
        raise UsageError(f"{path} has no header", hint="Name the report directory of a run, or its events.jsonl")
    by_item = {item: tuple(own) for item, own in outcomes.items()}
    return RecordedRun(started, tuple(exchanges), by_item, frozenset(cases), requirements, tuple(items))


def judge_again(options: JudgeOptions, clock: Callable[[], float] = time.time) -> Path:
    """Judge the one run of the options again, and return the new run log.

    What its log cannot show keeps its verdict. Raises HarnessError: UsageError, LogError, DescriptionError, PlanError.
    """
    recorded = read_recorded_run(options.files[0])
    description = _load_description(options, recorded.started)
    spec = _build_spec(options, recorded.started, clock())
    catalogue = load_catalogue()
    plan = _restrict_plan(spec.make_plan(catalogue, description.model), recorded)
    context = RunContext(description, catalogue, plan)
    log = JudgedLog(spec, context, options.files, options.command, clock)
    run = _Rejudgement(log, recorded, description)
    return log.write(run.judge, [item.name for item in run.items])


def _load_description(options: JudgeOptions, started: RunStarted) -> Description:
    """Return the description that is named, else the bundled one as the run had it: with overlays or without."""
    choices = (options.overlays, not options.overlays)
    loaded = [
        descriptions.load_description(options.description, overlays=overlays, own_overlays=options.own_overlays)
        for overlays in choices
    ]
    return next((known for known in loaded if known.digest == started.description_sha256), loaded[0])


def _build_spec(options: JudgeOptions, started: RunStarted, now: float) -> RunSpec:
    directory = options.report_dir or choose_directory(name_run(now, "judge-again"))
    began = started.started_at
    return RunSpec(
        run=name_run(now, "judge-again"),
        directory=str(directory.resolve()),
        target=started.target,
        headers={},
        secrets={},
        description=str(options.description.resolve()) if options.description else "",
        overlays=options.overlays,
        own_overlays=tuple(str(file.resolve()) for file in options.own_overlays),
        strict_readings=options.strict_readings,
        profile=started.profile,
        seed=started.seed,
        select=options.select,
        day=_find_day(began),
    )


def _find_day(moment: float) -> datetime:
    """Return the UTC midnight before a moment, which the requests of a run depend on."""
    return datetime.fromtimestamp(moment, UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _restrict_plan(plan: Plan, recorded: RecordedRun) -> Plan:
    """Return a plan with the cases of the recorded run, and those of requirements that it did not know."""
    planned = []
    for part in plan.planned:
        known = part.requirement in recorded.requirements
        kept = tuple(key for key in part.cases if not known or Case(part.requirement, key) in recorded.cases)
        rest = tuple(key for key in part.cases if key not in kept)
        excluded = {**part.excluded, _NOT_PLANNED: rest} if rest else part.excluded
        planned.append(msgspec.structs.replace(part, cases=kept, excluded=excluded))
    cases = {Case(part.requirement, key) for part in planned for key in part.cases}
    outcomes = tuple(outcome for outcome in plan.known_outcomes if outcome.case in cases)
    return msgspec.structs.replace(
        plan, planned=tuple(planned), known_outcomes=outcomes, items=tuple(_choose_items(plan, recorded))
    )


def _choose_items(plan: Plan, recorded: RecordedRun) -> Iterator[PlanItem]:
    """Yield the items of a plan, of a sample those parts that the recorded run tried."""
    parts: dict[str, list[range]] = defaultdict(list)
    for name in recorded.items:
        base, numbers = parse_item_name(name)
        parts[base].append(numbers)
    for item in plan.items:
        tried = parts.pop(item.base_name, None)
        if tried is None:
            yield from [item] if item.part == 0 else []
            continue
        for numbers in tried:
            yield msgspec.structs.replace(item, part=numbers.start, parts=len(numbers))


class _Rejudgement:
    """The judgement of a recorded run, written to a log."""

    def __init__(self, log: JudgedLog, recorded: RecordedRun, description: Description) -> None:
        self._log, self._recorded, self._description = log, recorded, description
        self.items = log.plan.items
        authority = urlsplit(recorded.started.target.base_url).netloc
        self._exchanges = RecordedExchanges((event.exchange for event in recorded.exchanges), authority)
        self._kept: set[Case] = set()

    def judge(self, log: BatchedLog) -> Iterable[Noticed]:
        """Write and judge the exchanges of each item, and run its probe on them."""
        by_item: dict[str, list[Exchange]] = defaultdict(list)
        for event in self._recorded.exchanges:
            by_item[event.item].append(event.exchange)
        for item in self.items:
            self._judge_item(item, by_item.pop(item.name, []), log)
        for name, exchanges in by_item.items():  # of probes that are no more
            self._judge_exchanges(name, exchanges, log)
        return self._describe()

    def _judge_item(self, item: PlanItem, exchanges: list[Exchange], log: BatchedLog) -> None:
        recorder = self._log.open_recorder(item.name, log)
        began = time.perf_counter()
        self._check(exchanges, recorder, item.operation, log, item.name)
        payers = dict(item.payers)
        subject = msgspec.structs.replace(self._log.subject, payers=payers, part=item.part, parts=item.parts)
        probe = self._log.catalogue.probes[item.probe]

        def record(outcome: Outcome, exchange: Exchange | None) -> None:
            self._log.record(outcome, exchange, recorder, item.operation)

        operation = subject.model.operations_by_key.get(item.operation, WHOLE)
        missing = RecordedItem(item, probe, self._exchanges, record, log.append).run(operation, subject)
        if missing is not None and item.name in self._recorded.items:  # else the run did not try it either
            open_requirements = [name for name in item.requirements if name not in recorder.judged]
            kept = self._keep(item, open_requirements, recorder) if missing.verdict is Verdict.NOT_OBSERVABLE else set()
            for requirement in open_requirements:
                if requirement not in kept:
                    outcome = Outcome(requirement, item.operation, missing.verdict, missing.reason)
                    recorder.record(outcome, item.operation)
        recorder.close()
        log.append(ItemFinished(item.name, time.perf_counter() - began, 0, complete=missing is None))

    def _judge_exchanges(self, name: str, exchanges: list[Exchange], log: BatchedLog) -> None:
        recorder = self._log.open_recorder(name, log)
        self._check(exchanges, recorder, "", log, name)
        recorder.close()

    def _check(self, exchanges: list[Exchange], recorder: Recorder, operation: str, log: BatchedLog, name: str) -> None:
        """Write exchanges, and judge those that the item received by every check."""
        for exchange in exchanges:
            log.append(Exchanged(exchange, name))
            if exchange.response is not None and self._exchanges.is_received(exchange):
                for outcome in check_exchange(exchange, self._log.subject, self._log.catalogue):
                    self._log.record(outcome, exchange, recorder, operation)

    def _keep(self, item: PlanItem, requirements: list[str], recorder: Recorder) -> set[str]:
        """Record again what the run observed where its log does not show it; return the requirements of it."""
        kept = set()
        for outcome in self._recorded.outcomes.get(item.name, ()):
            if outcome.requirement in requirements:
                recorder.record(outcome, item.operation)
                kept.add(outcome.requirement)
                self._kept.add(outcome.case)
        return kept

    def _describe(self) -> Iterator[Noticed]:
        started = self._recorded.started
        yield Noticed("judged-again", f"the run {started.run} of evconform {started.suite_version} is judged again")
        if started.description_sha256 != self._description.digest:
            message = f"another description than that of the run: {started.description_sha256[:12]}… before"
            yield Noticed("judged-again", message)
        if self._kept:
            message = (
                f"{len(self._kept):,} cases rest on exchanges that the log does not hold: they keep their verdicts"
            )
            yield Noticed("judged-again", message)
