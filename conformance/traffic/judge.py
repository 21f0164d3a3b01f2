"""Judging recorded traffic: every check and every relation between exchanges, without a request.

The run log is that of a run, so that the reports are the same.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from conformance import description as descriptions
from conformance.description.positions import find_places
from conformance.errors import UsageError
from conformance.evidence.readings import review_outcome
from conformance.execution.directories import check_writable, choose_directory, name_run
from conformance.execution.header import build_header
from conformance.execution.last_outcomes import judge_remaining, merge_logs
from conformance.execution.passive_checks import check_exchange
from conformance.execution.recorder import Recorder
from conformance.execution.spec import RunContext, RunSpec, load_catalogue
from conformance.model import (
    Case,
    Catalogued,
    Described,
    Event,
    Exchange,
    Exchanged,
    ItemFinished,
    Kind,
    Noticed,
    Observed,
    Outcome,
    Placed,
    Planned,
    Profile,
    Requirement,
    RunFinished,
    Target,
    TargetKind,
    Verdict,
)
from conformance.plan import Plan
from conformance.plan.planner import get_level
from conformance.run_log.event_log import LogWriter, read_events
from conformance.traffic.exchanges import ExchangeReader
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.outages import Outages
from conformance.traffic.reading import read_traffic
from conformance.traffic.relations import judge_relations
from conformance.traffic.survey import Survey, survey_traffic

_ITEM = "traffic"
_STATIC = "judged by `evconform description lint`, not by traffic"
_UNSEEN = "the traffic holds no exchanges that show it"


class JudgeOptions(msgspec.Struct, frozen=True):
    """The options of `judge` as given on the command line."""

    files: tuple[Path, ...]
    base_url: str = ""
    description: Path | None = None
    overlays: bool = True
    strict_readings: bool = False
    select: tuple[str, ...] = ()
    report_dir: Path | None = None
    command: str = ""


def judge_traffic(options: JudgeOptions, clock: Callable[[], float] = time.time) -> Path:
    """Judge the exchanges of files and return the run log.

    Raises HarnessError: UsageError where a file cannot be read or nothing in it calls the API, LogError, PlanError.
    """
    description = descriptions.load_description(options.description, overlays=options.overlays)
    index = OperationIndex(description.model)
    survey = survey_traffic(options.files, index)
    base_url = options.base_url.rstrip("/") or survey.fits.guess()
    spec = _build_spec(options, base_url, clock())
    if (spec.path / "events.jsonl").exists():
        raise UsageError(f"{spec.path} already contains a run log", hint="Name a new --report-dir")
    check_writable(spec.path)
    catalogue = load_catalogue()
    plan = _leave_out_static(spec.make_plan(catalogue, description.model), catalogue.requirements)
    context = RunContext(description, catalogue, plan)
    return TrafficRun(spec, context, options, clock).run(ExchangeReader(base_url, index), survey)


def _build_spec(options: JudgeOptions, base_url: str, now: float) -> RunSpec:
    run = name_run(now, "judge")
    directory = options.report_dir or choose_directory(run)
    # Nothing is sent; what writes and other identities could show counts where the traffic has it.
    target = Target("traffic", TargetKind.URL, base_url, may_write=True, may_touch_hardware=True)
    return RunSpec(
        run=run,
        directory=str(directory.resolve()),
        target=target,
        headers={},
        secrets={},
        description=str(options.description.resolve()) if options.description else "",
        overlays=options.overlays,
        strict_readings=options.strict_readings,
        profile=Profile.DEEP,
        select=options.select,
    )


def _leave_out_static(plan: Plan, requirements: Mapping[str, Requirement]) -> Plan:
    """Return a plan without the cases that are judged by the description alone."""
    planned = tuple(
        Planned(part.requirement, (), {**part.excluded, _STATIC: part.cases})
        if part.cases and requirements[part.requirement].kind is Kind.STATIC
        else part
        for part in plan.planned
    )
    return msgspec.structs.replace(plan, planned=planned)


class TrafficRun:
    """The run log of judged traffic, in progress."""

    def __init__(self, spec: RunSpec, context: RunContext, options: JudgeOptions, clock: Callable[[], float]) -> None:
        self._spec, self._options, self._clock = spec, options, clock
        self._description, self._catalogue, self._plan = context
        self._subject = spec.build_subject(context.description)
        self._cases = context.plan.list_open_cases()
        self._workers = spec.path / "workers"
        self._exchanges: dict[str, Exchange] = {}  # those that outcomes of the latest one may rest on

    def run(self, reader: ExchangeReader, survey: Survey) -> Path:
        """Judge all exchanges, write the run log, and return its path."""
        started = self._clock()
        with LogWriter(self._workers / "controller.jsonl") as head:
            for event in self._build_header(started):
                head.append(event)
            with LogWriter(self._workers / f"{_ITEM}.jsonl") as log:
                self._judge(reader, survey, log)
            for notice in _describe_reading(reader, self._options):
                head.append(notice)
            for event in self._judge_rest():
                head.append(event)
        whole = self._spec.path / "events.jsonl"
        merge_logs(self._workers, whole, [_ITEM], RunFinished(self._clock(), {}))
        shutil.rmtree(self._workers)
        return whole

    def _build_header(self, now: float) -> Iterator[Event]:
        spec = self._spec
        yield build_header(
            spec.run, spec.target, self._description, now, profile=spec.profile, seed=spec.seed,
            command=self._options.command, traffic=tuple(str(file) for file in self._options.files),
        )  # fmt: skip
        model = self._description.model
        yield Described(model)
        yield Placed(find_places(self._description, [operation.pointer for operation in model.operations]))
        yield Catalogued(tuple(self._catalogue.requirements.values()))
        yield from self._plan.planned
        for outcome in self._plan.known_outcomes:
            yield Observed(outcome)

    def _judge(self, reader: ExchangeReader, survey: Survey, log: LogWriter) -> None:
        """Write and judge every exchange, then what exchanges show together."""
        recorder = Recorder(
            _ITEM,
            log.append,
            get_level=lambda requirement: get_level(self._catalogue, requirement),
            is_planned=lambda requirement, operation: Case(requirement, operation) in self._cases,
            is_reported=self._is_reported,
        )
        outages = Outages()
        number, began = 0, time.perf_counter()
        for exchange in self._read(reader, survey):
            number += 1
            answer = outages.set_aside(exchange)
            log.append(Exchanged(answer, _ITEM))
            self._exchanges = {answer.id: answer}
            if not answer.is_unavailable:
                for outcome in check_exchange(answer, self._subject, self._catalogue):
                    self._record(outcome, recorder)
        if not number:
            raise UsageError(
                f"no exchange of the traffic calls the API at {self._spec.target.base_url}",
                hint="Name its base URL with --base-url; " + (_name_left_out(reader) or "the files are empty"),
            )
        self._exchanges = {}
        for outcome in (*outages.judge(), *judge_relations(self._read_back(), self._subject)):
            self._record(outcome, recorder)
        recorder.close()
        log.append(ItemFinished(_ITEM, time.perf_counter() - began, 0))

    def _read(self, reader: ExchangeReader, survey: Survey) -> Iterator[Exchange]:
        for file in self._options.files:
            yield from reader.read(read_traffic([file]), is_set_back=file in survey.set_back)

    def _read_back(self) -> Iterator[Exchange]:
        """Yield the exchanges as they were written, without secrets."""
        for event in read_events([self._workers / f"{_ITEM}.jsonl"]):
            if isinstance(event, Exchanged):
                yield event.exchange

    def _record(self, outcome: Outcome, recorder: Recorder) -> None:
        operation = self._subject.model.operations_by_key.get(outcome.operation)
        if outcome.verdict is Verdict.FAIL and operation is not None and not self._spec.strict_readings:
            exchange = self._exchanges.get(next(iter(outcome.exchanges), ""))
            outcome = review_outcome(outcome, operation, exchange)
        recorder.record(outcome, "")

    def _is_reported(self, requirement: str, operation: str) -> bool:
        """Return whether a violation of a case outside the plan is reported: where its requirement was selected."""
        known = self._catalogue.requirements.get(requirement)
        if known is None or Case(requirement, operation) in self._plan.undecidable:
            return False
        selection = self._spec.build_plan_options().selection
        return selection.is_selected(known, self._subject.model.operations_by_key.get(operation))

    def _judge_rest(self) -> Iterator[Event]:
        """Yield what all exchanges show together, and a reason for each case that nothing showed."""
        judged = {outcome.case for outcome in self._plan.known_outcomes}
        for event in judge_remaining(self._workers, self._plan, self._catalogue, self._subject):
            if isinstance(event, Observed):
                judged.add(event.outcome.case)
            yield event
        for case in sorted(self._cases - judged):
            yield Observed(Outcome(case.requirement, case.operation, Verdict.NOT_OBSERVABLE, _UNSEEN))


def _describe_reading(reader: ExchangeReader, options: JudgeOptions) -> Iterator[Noticed]:
    """Yield what is to be known of the traffic: what was guessed, who sent it, what was left out."""
    if not options.base_url:
        yield Noticed("traffic", f"the base URL {reader.base_url} was guessed; --base-url names another one")
    if reader.identities:
        names = ", ".join(reader.identities.values())
        yield Noticed("traffic", f"senders by their credentials, which are not kept: {names}")
    for reason, count in reader.left_out.most_common():
        yield Noticed("traffic", f"left out: {count:,} {reason} (first: {reader.examples[reason]})")
    for remark, count in reader.remarks.most_common():
        yield Noticed("traffic", f"{count:,} {remark}")


def _name_left_out(reader: ExchangeReader) -> str:
    return "; ".join(f"{count:,} {reason}" for reason, count in reader.left_out.most_common(3))
